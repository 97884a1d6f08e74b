package io.draem.trainer.data;

import io.draem.frame.FrameSize;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How large the frames of a set are, once they are scaled, by their pixels. */
public record FrameSizes(FrameSize smallest, FrameSize median, FrameSize largest) {

    /**
     * Returns the sizes of some frames.
     *
     * @param frames at least one
     */
    public static FrameSizes of(List<FrameSize> frames) {
        List<FrameSize> sorted = frames.stream()
                .sorted(Comparator.comparingInt(FrameSize::pixels))
                .toList();
        return new FrameSizes(sorted.get(0), sorted.get(sorted.size() / 2), sorted.get(sorted.size() - 1));
    }

    /** Returns what {@link #writeTo} wrote; empty where there is none of it. */
    public static Optional<FrameSizes> of(JsonNode json) {
        try {
            return Optional.of(new FrameSizes(size(json, "smallest"), size(json, "median"), size(json, "largest")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static FrameSize size(JsonNode json, String name) {
        return FrameSize.parse(name, json.path(name).asString(""));
    }

    void writeTo(ObjectNode json) {
        json.put("smallest", smallest.toString());
        json.put("median", median.toString());
        json.put("largest", largest.toString());
    }

    /** Returns the range of sizes for people. */
    @Override
    public String toString() {
        return smallest.equals(largest)
                ? median + " pixels"
                : smallest + " to " + largest + " pixels, half of them up to " + median;
    }
}
