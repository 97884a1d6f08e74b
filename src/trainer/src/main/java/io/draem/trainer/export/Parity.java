package io.draem.trainer.export;

/**
 * The largest absolute differences between two runs of the same network; NaN where a value was NaN.
 *
 * @param images how many images were compared
 * @param score of the image scores
 * @param map of the values of the anomaly maps
 * @param reconstruction of the reconstructions' values
 */
public record Parity(int images, double score, double map, double reconstruction) {

    /** Tells whether no difference is larger than the tolerance; NaN is. */
    public boolean within(double tolerance) {
        return score <= tolerance && map <= tolerance && reconstruction <= tolerance;
    }
}
