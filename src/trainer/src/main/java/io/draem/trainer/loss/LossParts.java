package io.draem.trainer.loss;

/**
 * The values of one loss.
 *
 * @param total what training minimises
 * @param l2 mean squared error of the reconstruction
 * @param ssim its structural dissimilarity, unweighted
 * @param focal the focal loss of the map
 * @param sspcab mean squared error of what the SSPCAB block predicts, unweighted; 0 without one
 */
public record LossParts(double total, double l2, double ssim, double focal, double sspcab) {

    /** Says whether every part is a number: a loss that is not will never be one again. */
    public boolean isFinite() {
        return Double.isFinite(total);
    }
}
