package io.draem.trainer.imported;

/**
 * What a checkpoint says of its thresholds and of the range of its validation images' scores, all raw.
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

    /** What stands in for statistics that nobody has: probabilities go from 0 to 1. */
    public static final Statistics UNKNOWN = new Statistics(0.5, 0.5, 0, 1, 0, 1);

    /** Throws {@link IllegalArgumentException} if a number is not finite or a range is empty. */
    public Statistics {
        if (!Double.isFinite(imageThreshold)
                || !Double.isFinite(pixelThreshold)
                || !isRange(imageMin, imageMax)
                || !isRange(pixelMin, pixelMax)) {
            throw new IllegalArgumentException("Thresholds and ranges must be finite numbers, and ranges not empty");
        }
    }

    private static boolean isRange(double min, double max) {
        return Double.isFinite(min) && Double.isFinite(max) && min < max;
    }
}
