package io.draem.model;

import io.draem.image.ImageMeasure;
import io.draem.image.ImageMeasures;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Statistics of the images that a model was trained on, without augmentation.
 *
 * @param images number of images
 * @param measures mean and deviation of each measure; an unknown measure is missing
 */
public record ImageProfile(int images, Map<ImageMeasure, Spread> measures) {

    public ImageProfile {
        if (images < 1) {
            throw new IllegalArgumentException("A profile needs at least one image, got " + images);
        }
        measures = Map.copyOf(measures);
    }

    /**
     * Distribution of a measure.
     *
     * @param mean of the images
     * @param deviation standard deviation of the images
     */
    public record Spread(double mean, double deviation) {

        /**
         * A quarter of a step of an 8-bit image. Gray images, or a single one, have no spread at all, and smaller
         * differences do not matter.
         */
        static final double LEAST_DEVIATION = 0.001;

        public Spread {
            if (!Double.isFinite(mean) || !(deviation >= 0 && Double.isFinite(deviation))) {
                throw new IllegalArgumentException(
                        "A spread needs finite numbers and a deviation of at least 0, got mean " + mean + ", deviation "
                                + deviation);
            }
        }

        /** Returns the distance of a value from the mean in standard deviations, negative below the mean. */
        public double distance(double value) {
            return (value - mean) / Math.max(deviation, LEAST_DEVIATION);
        }
    }

    /** Returns the profile of images. */
    public static ImageProfile of(List<ImageMeasures> images) {
        Map<ImageMeasure, Spread> measures = new EnumMap<>(ImageMeasure.class);
        for (ImageMeasure measure : ImageMeasure.values()) {
            double mean = images.stream()
                    .mapToDouble(image -> image.get(measure))
                    .average()
                    .orElse(0);
            double variance = images.stream()
                    .mapToDouble(image -> Math.pow(image.get(measure) - mean, 2))
                    .average()
                    .orElse(0);
            measures.put(measure, new Spread(mean, Math.sqrt(variance)));
        }
        return new ImageProfile(images.size(), measures);
    }

    /** Returns the value of {@code draem.images}. */
    ObjectNode toJson() {
        ObjectNode json = JsonMapper.shared().createObjectNode().put("count", images);
        for (ImageMeasure measure : ImageMeasure.values()) {
            Spread spread = measures.get(measure);
            if (spread != null) {
                json.putObject(measure.id()).put("mean", spread.mean()).put("deviation", spread.deviation());
            }
        }
        return json;
    }

    /**
     * Reads the value of {@code draem.images}; unknown fields are ignored.
     *
     * @throws IllegalArgumentException if a number is missing or out of range
     */
    static ImageProfile fromJson(ObjectNode json) {
        Map<ImageMeasure, Spread> measures = new EnumMap<>(ImageMeasure.class);
        for (ImageMeasure measure : ImageMeasure.values()) {
            JsonNode spread = json.get(measure.id());
            if (spread != null) {
                measures.put(
                        measure,
                        new Spread(
                                spread.path("mean").asDouble(Double.NaN),
                                spread.path("deviation").asDouble(Double.NaN)));
            }
        }
        return new ImageProfile(json.path("count").asInt(0), measures);
    }
}
