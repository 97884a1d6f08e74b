package io.draem.trainer.evaluation;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.image.ImageMask;
import io.draem.score.AnomalyMap;
import io.draem.trainer.data.DatasetException;
import io.draem.trainer.data.FrameFile;
import io.draem.trainer.data.ImageFiles;
import io.draem.trainer.data.LabelledImage;
import io.draem.trainer.evaluation.metrics.MaskedDefect;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How large the defects are that masks mark, in the images and in the network's input: in pixels across, see
 * {@link MaskedDefect#width}. An image has as many defects as its mask has separate areas.
 *
 * @param defects the defects of all masks
 */
public record DefectSizes(List<Defect> defects) {

    /** What counts as found, for people. */
    public static final String FOUND =
            "found: the map is above the pixel threshold in a pixel of the defect, whatever the"
                    + " verdict on its image";

    /** A network hardly finds a defect that is fewer pixels across. */
    static final int LEAST_PIXELS = 4;

    /** Smallest sizes of the bins in which defects are counted, in pixels across in the network's input. */
    private static final int[] BINS = {0, LEAST_PIXELS, 8, 16, 32};

    public DefectSizes {
        defects = List.copyOf(defects);
    }

    /**
     * A defect.
     *
     * @param image see {@link EvaluationImage#id}
     * @param imageSize size of that image
     * @param widthInImage pixels of the image that the defect is across
     * @param width pixels that it is across in the network's input, less than 1 where the image is reduced by so much
     * @param peak largest raw value of the map on it; not a number where no model has run
     */
    public record Defect(String image, FrameSize imageSize, double widthInImage, double width, float peak) {

        private static Defect of(String image, MaskedDefect defect, FramePlan plan, float peak) {
            FrameSize size = plan.image();
            double inImage = defect.width() * ratio(defect.mask(), size);
            return new Defect(image, size, inImage, inImage * ratio(size, plan.frame()), peak);
        }

        /** Sides may be scaled differently: the smaller ratio is what a defect of any direction keeps. */
        private static double ratio(FrameSize from, FrameSize to) {
            return Math.min((double) to.width() / from.width(), (double) to.height() / from.height());
        }
    }

    /**
     * Defects of about one size.
     *
     * @param range of pixels across in the network's input, for people
     * @param defects how many there are
     * @param found how many of them have a pixel above the pixel threshold
     */
    public record Bin(String range, int defects, int found) {}

    /**
     * Returns the defects of an image that a model has run on.
     *
     * @param image see {@link EvaluationImage#id}
     * @param map raw map of the image
     */
    static List<Defect> seen(String image, List<MaskedDefect> defects, FramePlan plan, AnomalyMap map) {
        return defects.stream()
                .map(defect -> Defect.of(image, defect, plan, defect.peak(map)))
                .toList();
    }

    /**
     * Measures the defects of the images that have a mask, each mask once, before a model has run.
     *
     * @param sizes of the upright images by their files; an image that is not among them is as large as its mask
     * @param framing how the network takes images
     * @param input size of the network's input
     * @throws DatasetException if a mask cannot be read, or the network does not take its image; the message names the file
     */
    public static DefectSizes of(
            List<LabelledImage> images, Map<Path, FrameSize> sizes, Framing framing, FrameSize input)
            throws IOException {
        Set<Path> masks = new HashSet<>();
        List<LabelledImage> masked = images.stream()
                .filter(image -> image.mask() != null && masks.add(image.mask()))
                .toList();
        try {
            List<List<Defect>> measured = masked.parallelStream()
                    .map(image -> measured(image, sizes.get(image.file()), framing, input))
                    .toList();
            return new DefectSizes(measured.stream().flatMap(List::stream).toList());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static List<Defect> measured(
            LabelledImage image, @Nullable FrameSize size, Framing framing, FrameSize input) {
        Path file = image.mask();
        if (file == null) {
            return List.of();
        }
        try {
            ImageMask mask = ImageFiles.readMask(file, image.maskColors());
            FrameSize known = size == null ? new FrameSize(mask.width(), mask.height()) : size;
            FramePlan plan = FrameFile.plan(image.file(), framing, input, known);
            return MaskedDefect.of(mask, plan.region(mask.width(), mask.height())).stream()
                    .map(defect -> Defect.of(image.id(), defect, plan, Float.NaN))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the defects of some images alone. */
    DefectSizes of(Set<String> ids) {
        return new DefectSizes(
                defects.stream().filter(defect -> ids.contains(defect.image())).toList());
    }

    /**
     * Returns the figures of these defects: {@code p10}, which a tenth of them are not wider than, and under {@code bins}
     * how many defects of each range of sizes there are, and how many of them are found. All sizes are in the network's
     * input, and the last bin has no {@code to}.
     *
     * @param pixelThreshold a defect is found where the map is above it in one of its pixels
     * @throws IllegalStateException if there are none
     */
    ObjectNode figures(double pixelThreshold) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("p10", tenth(Defect::width));
        ArrayNode bins = json.putArray("bins");
        for (int bin = 0; bin < BINS.length; bin++) {
            double from = BINS[bin];
            double to = bin + 1 < BINS.length ? BINS[bin + 1] : Double.POSITIVE_INFINITY;
            List<Defect> inside = defects.stream()
                    .filter(defect -> defect.width() >= from && defect.width() < to)
                    .toList();
            ObjectNode entry = bins.addObject().put("from", BINS[bin]);
            if (Double.isFinite(to)) {
                entry.put("to", (int) to);
            }
            entry.put("defects", inside.size());
            entry.put("found", (int) inside.stream()
                    .filter(defect -> defect.peak() > pixelThreshold)
                    .count());
        }
        return json;
    }

    /** Returns the bins of {@link #figures} that have a defect; none where there are no such figures. */
    public static List<Bin> bins(JsonNode figures) {
        List<Bin> bins = new ArrayList<>();
        for (JsonNode bin : figures.path("bins")) {
            int from = bin.path("from").asInt();
            String range = !bin.has("to")
                    ? from + " and more"
                    : (from == 0 ? "under " : from + " to ") + bin.path("to").asInt();
            if (bin.path("defects").asInt() > 0) {
                bins.add(new Bin(
                        range, bin.path("defects").asInt(), bin.path("found").asInt()));
            }
        }
        return bins;
    }

    /**
     * Returns the largest value of the smallest tenth of the defects, which is that of one of them.
     *
     * @throws IllegalStateException if there are none
     */
    double tenth(ToDoubleFunction<Defect> value) {
        double[] sorted = defects.stream().mapToDouble(value).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalStateException("There are no defects");
        }
        return sorted[(sorted.length + 9) / 10 - 1];
    }
}
