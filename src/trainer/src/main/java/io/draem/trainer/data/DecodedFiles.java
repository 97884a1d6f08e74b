package io.draem.trainer.data;

import io.draem.image.ImageWarning;
import io.draem.image.SampleRange;
import io.draem.model.ModelCard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What decoding the images of a set without a white level showed.
 *
 * @param samples ranges of the stored samples by file
 * @param warnings of the decoder by file
 */
public record DecodedFiles(Map<Path, SampleRange> samples, Map<Path, List<ImageWarning>> warnings) {

    private static final int DEEP_BITS = 16;

    /** Sorted, so that the example of a warning is the same each time. */
    public DecodedFiles {
        samples = new TreeMap<>(samples);
        warnings = new TreeMap<>(warnings);
    }

    /**
     * Returns the white level of a model of these images: the given one, else the largest one that 16-bit files declare or
     * the largest value that the others hold, rounded up to 2^k - 1. Empty for the full range and where no file stores 16
     * bits.
     */
    public OptionalInt whiteLevel(WhiteLevel asked) {
        int level = asked.given().isPresent()
                ? asked.given().getAsInt()
                : samples.values().stream()
                        .filter(range -> range.bits() == DEEP_BITS)
                        .mapToInt(range -> range.declared() ? range.whiteLevel() : roundedUp(range.largest()))
                        .max()
                        .orElse(ModelCard.MOST_WHITE_LEVEL);
        return level == ModelCard.MOST_WHITE_LEVEL
                ? OptionalInt.empty()
                : OptionalInt.of(Math.max(ModelCard.LEAST_WHITE_LEVEL, level));
    }

    private static int roundedUp(int value) {
        return Math.max(1, 2 * Integer.highestOneBit(value) - 1);
    }

    /** Returns what a person should know about the images when they are read with that level, in sentences. */
    public List<String> notes(WhiteLevel asked) {
        List<String> notes = new ArrayList<>();
        OptionalInt level = whiteLevel(asked);
        List<Map.Entry<Path, SampleRange>> deep = samples.entrySet().stream()
                .filter(entry -> entry.getValue().bits() == DEEP_BITS)
                .toList();
        if (!deep.isEmpty()) {
            int largest = deep.stream()
                    .mapToInt(entry -> entry.getValue().largest())
                    .max()
                    .orElse(0);
            notes.add("white level of 16-bit images: " + level.orElse(ModelCard.MOST_WHITE_LEVEL)
                    + (asked.given().isPresent() ? "" : ", found from the images (--white-level auto)")
                    + "; the largest value is " + largest);
        } else if (level.isPresent()) {
            notes.add("white level of 16-bit images: " + level.getAsInt() + "; no image of these stores 16 bits");
        }
        noteDepths(notes);
        noteWarnings(notes, level);
        return notes;
    }

    private void noteDepths(List<String> notes) {
        Map<String, List<Path>> byDepth = new TreeMap<>();
        samples.forEach((file, range) -> byDepth.computeIfAbsent(
                        range.bits() == 8
                                ? "8 bits"
                                : range.bits() + " bits"
                                        + (range.declared() ? " (white " + range.whiteLevel() + ")" : ""),
                        depth -> new ArrayList<>())
                .add(file));
        if (byDepth.size() > 1) {
            List<String> parts = new ArrayList<>();
            byDepth.forEach((depth, files) -> parts.add(files.size() + " of " + depth + ", such as " + files.get(0)));
            notes.add("warning: the images differ in depth, which may be another camera or conversion: "
                    + String.join("; ", parts));
        }
    }

    private void noteWarnings(List<String> notes, OptionalInt level) {
        Map<ImageWarning.Kind, List<Path>> files = new EnumMap<>(ImageWarning.Kind.class);
        Map<ImageWarning.Kind, String> messages = new EnumMap<>(ImageWarning.Kind.class);
        warnings.forEach((file, found) -> found.forEach(warning -> {
            if (warning.kind() != ImageWarning.Kind.LOW_VALUES || level.isEmpty()) {
                files.computeIfAbsent(warning.kind(), kind -> new ArrayList<>()).add(file);
                messages.putIfAbsent(warning.kind(), warning.message());
            }
        }));
        if (level.isPresent()) {
            samples.forEach((file, range) -> {
                if (range.bits() == DEEP_BITS && !range.declared() && range.largest() > level.getAsInt()) {
                    files.computeIfAbsent(ImageWarning.Kind.ABOVE_WHITE_LEVEL, kind -> new ArrayList<>())
                            .add(file);
                    messages.putIfAbsent(
                            ImageWarning.Kind.ABOVE_WHITE_LEVEL,
                            "values up to " + range.largest() + " exceed the white level " + level.getAsInt()
                                    + " and become white: give a larger --white-level, or images of the same camera");
                }
            });
        }
        files.forEach((kind, of) -> notes.add("warning: " + kind.id() + " in " + of.size() + " of " + samples.size()
                + " images, such as " + of.get(0) + ": " + messages.get(kind)));
    }
}
