package io.draem.score;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Thresholds and score ranges of a model, with the size of the data that they come from. All values are raw, as the
 * graph returns them: 0 to 1 ({@link ScoreRange}).
 *
 * @param rule how the thresholds were found
 * @param imageThreshold an image with a larger score is anomalous
 * @param pixelThreshold a pixel with a larger value belongs to an anomalous region
 * @param scoreMin smallest image score seen
 * @param scoreMax largest image score seen, above the smallest
 * @param mapMin smallest map value seen
 * @param mapMax largest map value seen, above the smallest
 * @param normalImages how many normal images were seen
 * @param anomalousImages how many labelled anomalous images were seen
 * @param syntheticImages how many images with a synthetic anomaly were seen
 * @param normalPixels how many normal pixels were seen, in images of any kind; 0 where unknown
 * @param anomalousPixels how many anomalous pixels were seen
 * @param maskedImages how many of the anomalous images, labelled or synthetic, had a mask: those that a pixel threshold
 *     can come from
 * @param normalAbove how many of the normal images are above the image threshold; null where unknown
 * @param ruleValue the quantile or the recall that the rule was given; null for other rules, or where unknown
 */
public record Calibration(
        ThresholdRule rule,
        double imageThreshold,
        double pixelThreshold,
        double scoreMin,
        double scoreMax,
        double mapMin,
        double mapMax,
        int normalImages,
        int anomalousImages,
        int syntheticImages,
        long normalPixels,
        long anomalousPixels,
        int maskedImages,
        @Nullable Integer normalAbove,
        @Nullable Double ruleValue) {

    public Calibration {
        Objects.requireNonNull(rule, "rule");
        requireScore("threshold.image", imageThreshold);
        requireScore("threshold.pixel", pixelThreshold);
        requireRange("score", scoreMin, scoreMax);
        requireRange("map", mapMin, mapMax);
        if (normalImages < 0 || anomalousImages < 0 || syntheticImages < 0) {
            throw new IllegalArgumentException("Counts of calibration images must not be negative");
        }
        if ((long) anomalousImages + syntheticImages > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "There cannot be " + anomalousImages + " and " + syntheticImages + " anomalous calibration images");
        }
        if (maskedImages < 0 || maskedImages > (long) anomalousImages + syntheticImages) {
            throw new IllegalArgumentException("There are " + maskedImages + " masks of "
                    + ((long) anomalousImages + syntheticImages) + " anomalous calibration images");
        }
        if (normalAbove != null && (normalAbove < 0 || normalAbove > normalImages)) {
            throw new IllegalArgumentException(normalAbove + " of " + normalImages
                    + " normal calibration images cannot be above the image threshold");
        }
        if (normalPixels < 0 || anomalousPixels < 0) {
            throw new IllegalArgumentException("Counts of calibration pixels must not be negative");
        }
        if (ruleValue != null && !Double.isFinite(ruleValue)) {
            throw new IllegalArgumentException("The value of the threshold rule must be finite, got " + ruleValue);
        }
    }

    /** Makes a calibration with unknown false alarms, pixel counts and rule value, in which each anomalous image had a mask. */
    public Calibration(
            ThresholdRule rule,
            double imageThreshold,
            double pixelThreshold,
            double scoreMin,
            double scoreMax,
            double mapMin,
            double mapMax,
            int normalImages,
            int anomalousImages,
            int syntheticImages) {
        this(
                rule,
                imageThreshold,
                pixelThreshold,
                scoreMin,
                scoreMax,
                mapMin,
                mapMax,
                normalImages,
                anomalousImages,
                syntheticImages,
                0,
                0,
                anomalousImages + syntheticImages,
                null,
                null);
    }

    /** Returns the false alarms among the normal images; null where unknown, or without any such image. */
    public @Nullable Proportion falseAlarms() {
        return normalAbove == null || normalImages == 0 ? null : new Proportion(normalAbove, normalImages);
    }

    /** Returns the same thresholds where the false alarms of the calibration are not those to expect. */
    public Calibration withoutFalseAlarms() {
        return withFalseAlarms(null);
    }

    /**
     * Returns the same thresholds with other false alarms to expect.
     *
     * @param above how many of the normal images; null where unknown
     */
    public Calibration withFalseAlarms(@Nullable Integer above) {
        return new Calibration(
                rule,
                imageThreshold,
                pixelThreshold,
                scoreMin,
                scoreMax,
                mapMin,
                mapMax,
                normalImages,
                anomalousImages,
                syntheticImages,
                normalPixels,
                anomalousPixels,
                maskedImages,
                above,
                ruleValue);
    }

    /** Returns whether an image with that raw score is anomalous: strictly above the threshold. */
    public boolean isAnomalous(double score) {
        return score > imageThreshold;
    }

    /** Returns the image score as 0 to 1, 0.5 at the threshold. */
    public double normalizeScore(double score) {
        return normalize(score, imageThreshold, scoreMin, scoreMax);
    }

    /**
     * Returns {@code clamp((value - threshold) / (max - min) + 0.5, 0, 1)}, the min-max normalization of anomalib's
     * post-processor; without a range ({@code max == min}) 0.5 plus the sign of the difference, clamped.
     */
    public static double normalize(double value, double threshold, double min, double max) {
        double range = max - min;
        double difference = value - threshold;
        double normalized = range > 0 ? difference / range + 0.5 : Math.signum(difference) + 0.5;
        return Math.min(1, Math.max(0, normalized));
    }

    private static void requireScore(String name, double value) {
        if (!ScoreRange.contains(value)) {
            throw new IllegalArgumentException(name + " must be 0 to 1, as scores are, got " + value);
        }
    }

    private static void requireRange(String name, double min, double max) {
        requireScore(name + ".min", min);
        requireScore(name + ".max", max);
        if (max <= min) {
            throw new IllegalArgumentException(
                    name + ".max (" + max + ") must be above " + name + ".min (" + min + ")");
        }
    }
}
