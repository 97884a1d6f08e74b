package io.draem.trainer.loss;

/**
 * The values of one loss.
 *
 * @param total the value that training minimizes
 * @param l2 mean squared error of the reconstruction
 * @param ssim its structural dissimilarity, unweighted
 * @param focal the focal loss of the map
 * @param sspcab mean squared error of the prediction of the SSPCAB block, unweighted; 0 without one
 */
public record LossParts(double total, double l2, double ssim, double focal, double sspcab) {

    /** Returns whether every part is finite; training cannot recover from a loss that is not. */
    public boolean isFinite() {
        return Double.isFinite(total);
    }
}
