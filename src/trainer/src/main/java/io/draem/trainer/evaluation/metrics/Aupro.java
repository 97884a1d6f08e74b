package io.draem.trainer.evaluation.metrics;

/**
 * Area under the per-region overlap curve (AUPRO) of Bergmann et al., "The MVTec Anomaly Detection Dataset" (IJCV
 * 2021): the share of each ground-truth region that is found, averaged over regions so that small ones count as much as
 * large ones, against the false-positive rate among normal pixels.
 */
final class Aupro {

    /** The usual limit: a map with more than three false pixels in ten is useless. */
    static final double FPR_LIMIT = 0.3;

    private Aupro() {}

    /**
     * Returns the contribution of one pixel to the area under its region's curve. The pixel is found from the false-positive rate
     * at which its score becomes the threshold; where normal pixels have the same score, the curve rises in a straight
     * line from the rate without them to the rate with them.
     */
    static double areaOf(double without, double with) {
        if (without >= FPR_LIMIT) {
            return 0;
        }
        if (with <= FPR_LIMIT) {
            return FPR_LIMIT - (without + with) / 2;
        }
        return (FPR_LIMIT - without) * (FPR_LIMIT - without) / (2 * (with - without));
    }
}
