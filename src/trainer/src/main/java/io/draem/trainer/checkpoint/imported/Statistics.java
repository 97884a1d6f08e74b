package io.draem.trainer.checkpoint.imported;

import io.draem.score.ScoreRange;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The thresholds of a checkpoint and the range of the scores of its validation images, all raw.
 *
 * @param imageThreshold anomalib maximises F1 on the validation images that it was given
 */
public record Statistics(
        double imageThreshold,
        double pixelThreshold,
        double imageMin,
        double imageMax,
        double pixelMin,
        double pixelMax) {

    /** Defaults without statistics: probabilities range from 0 to 1. */
    public static final Statistics UNKNOWN = new Statistics(0.5, 0.5, 0, 1, 0, 1);

    /**
     * What anomalib before 2.0 counts as anomalous is a score of at least the threshold, which is the score of one of its
     * validation images; here it is a score above the threshold. As much below it, relative to it, that image keeps its
     * verdict, though another runtime rounds its score otherwise.
     */
    private static final double BELOW = 1e-5;

    private static final String IMAGE_THRESHOLD = "image_threshold.value";
    private static final String PIXEL_THRESHOLD = "pixel_threshold.value";
    private static final String RANGE = "normalization_metrics.";
    private static final String POST_PROCESSOR = "post_processor.";
    private static final double HALF = 0.5;

    /**
     * Takes a threshold outside 0 to 1, as a sensitivity may give it, for the nearest score: verdicts are the same. Throws
     * {@link IllegalArgumentException} if a number is not finite, or a range is empty or goes beyond 0 to 1.
     */
    public Statistics {
        if (!Double.isFinite(imageThreshold)
                || !Double.isFinite(pixelThreshold)
                || !isRange(imageMin, imageMax)
                || !isRange(pixelMin, pixelMax)) {
            throw new IllegalArgumentException(
                    "Thresholds must be finite numbers, and ranges within 0 to 1 and not empty");
        }
        imageThreshold = Math.min(1, Math.max(0, imageThreshold));
        pixelThreshold = Math.min(1, Math.max(0, pixelThreshold));
    }

    /** Returns whether a tensor of a checkpoint is a part of its statistics. */
    static boolean isPart(String name) {
        return name.startsWith(POST_PROCESSOR)
                || name.equals(IMAGE_THRESHOLD)
                || name.equals(PIXEL_THRESHOLD)
                || name.startsWith(RANGE);
    }

    /**
     * The sensitivities of anomalib 2: thresholds are where the normalized score is 1 minus the sensitivity.
     *
     * @param image from 0 to 1; anomalib's default 0.5 keeps the threshold
     * @param pixel the same for pixels
     */
    record Sensitivity(double image, double pixel) {

        static final Sensitivity DEFAULT = new Sensitivity(HALF, HALF);

        /** Reads a checkpoint: anomalib 2.7 stores it as plain data, 2.0 to 2.6 as an attribute of the post-processor. */
        static Sensitivity of(PickleValue root) {
            PickleValue plain = Attributes.of(root, "anomalib_post_processor_config");
            PickleValue kept = plain != null ? plain : Attributes.of(root, "hyper_parameters", "post_processor");
            return new Sensitivity(number(kept, "image_sensitivity"), number(kept, "pixel_sensitivity"));
        }

        private static double number(@Nullable PickleValue postProcessor, String name) {
            List<Double> given = Attributes.numbers(Attributes.of(postProcessor, name));
            boolean usable = given != null && given.size() == 1 && given.get(0) >= 0 && given.get(0) <= 1;
            return given != null && usable ? given.get(0) : HALF;
        }
    }

    /**
     * Returns the statistics of anomalib's names: those of its post-processor (2.0 and later), else those of its metrics
     * (before). What anomalib has not found out is NaN or infinite there: without an image threshold and its range there
     * are no statistics, and a missing pixel threshold is the images', as anomalib has it.
     *
     * @param values of tensors with one element, by name
     */
    static Optional<Statistics> of(Map<String, Double> values, Sensitivity sensitivity) {
        try {
            if (values.containsKey(POST_PROCESSOR + "_image_threshold")) {
                return Optional.of(ofPostProcessor(values, sensitivity));
            }
            return values.containsKey(IMAGE_THRESHOLD) ? Optional.of(ofMetrics(values)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Statistics ofPostProcessor(Map<String, Double> values, Sensitivity sensitivity) {
        double image = value(values, POST_PROCESSOR + "_image_threshold");
        double pixel = value(values, POST_PROCESSOR + "_pixel_threshold");
        double imageMin = value(values, POST_PROCESSOR + "image_min");
        double imageMax = value(values, POST_PROCESSOR + "image_max");
        double pixelMin = value(values, POST_PROCESSOR + "pixel_min");
        double pixelMax = value(values, POST_PROCESSOR + "pixel_max");
        boolean pixels = isRange(pixelMin, pixelMax); // none if only whole images were labeled
        return new Statistics(
                image + (HALF - sensitivity.image()) * (imageMax - imageMin),
                (Double.isNaN(pixel) ? image : pixel)
                        + (pixels ? (HALF - sensitivity.pixel()) * (pixelMax - pixelMin) : 0),
                imageMin,
                imageMax,
                pixels ? pixelMin : UNKNOWN.pixelMin,
                pixels ? pixelMax : UNKNOWN.pixelMax);
    }

    /** Without labels for pixels there is no threshold for them but that of the images. */
    private static Statistics ofMetrics(Map<String, Double> values) {
        double image = value(values, IMAGE_THRESHOLD);
        double pixel = values.containsKey(PIXEL_THRESHOLD) ? value(values, PIXEL_THRESHOLD) : image;
        if (values.containsKey(RANGE + "image_mean")) {
            return ofDistribution(values, image, pixel);
        }
        boolean ranges = values.keySet().stream().anyMatch(name -> name.startsWith(RANGE));
        double pixelMin = either(values, "anomaly_maps.min", "min");
        double pixelMax = either(values, "anomaly_maps.max", "max");
        boolean pixels = isRange(pixelMin, pixelMax);
        return new Statistics(
                below(image),
                below(pixel),
                ranges ? either(values, "pred_scores.min", "min") : UNKNOWN.imageMin,
                ranges ? either(values, "pred_scores.max", "max") : UNKNOWN.imageMax,
                pixels ? pixelMin : UNKNOWN.pixelMin,
                pixels ? pixelMax : UNKNOWN.pixelMax);
    }

    /**
     * Returns the thresholds of scores that were standardized: {@code (log(score) - mean) / deviation} of images. There is
     * no range, and pixels have a deviation each, so that no single threshold is right for them but that of the images.
     */
    private static Statistics ofDistribution(Map<String, Double> values, double image, double pixel) {
        double mean = value(values, RANGE + "image_mean");
        double imageThreshold = Math.exp(image * value(values, RANGE + "image_std") + mean);
        return new Statistics(
                below(imageThreshold),
                below(
                        values.containsKey(RANGE + "pixel_std")
                                ? Math.exp(pixel * value(values, RANGE + "pixel_std") + mean)
                                : imageThreshold),
                UNKNOWN.imageMin,
                UNKNOWN.imageMax,
                UNKNOWN.pixelMin,
                UNKNOWN.pixelMax);
    }

    private static double either(Map<String, Double> values, String one, String other) {
        return value(values, RANGE + (values.containsKey(RANGE + one) ? one : other));
    }

    private static double value(Map<String, Double> values, String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    private static double below(double threshold) {
        return threshold - BELOW * Math.abs(threshold);
    }

    private static boolean isRange(double min, double max) {
        return ScoreRange.contains(min) && ScoreRange.contains(max) && min < max;
    }
}
