package io.draem.score;

/**
 * Whether an image is anomalous, and where.
 *
 * @param anomalous whether the score is strictly above the threshold
 * @param score raw image score
 * @param normalizedScore 0 to 1, 0.5 at the threshold
 * @param threshold raw image threshold that was applied
 * @param minRegionArea fewest pixels of a region
 * @param regions connected pixels above the pixel threshold, whatever the verdict, in the image's own pixels, with the
 *     pixel threshold that mask and overlay are drawn with too
 */
public record Verdict(
        boolean anomalous, double score, double normalizedScore, double threshold, int minRegionArea, Regions regions) {

    /**
     * Applies thresholds to what a model returned.
     *
     * @param score raw image score
     * @param map raw map at the size of the image
     * @param calibration of the model, for the range of the normalized score
     * @param threshold raw image threshold
     * @param pixelThreshold raw pixel threshold of the regions
     * @param minRegionArea fewest pixels of a region
     * @param outlines whether regions have their outline
     */
    public static Verdict of(
            double score,
            ScaledMap map,
            Calibration calibration,
            double threshold,
            double pixelThreshold,
            int minRegionArea,
            boolean outlines) {
        boolean anomalous = score > threshold;
        return new Verdict(
                anomalous,
                score,
                Calibration.normalize(score, threshold, calibration.scoreMin(), calibration.scoreMax()),
                threshold,
                minRegionArea,
                RegionFinder.find(map, new RegionOptions(pixelThreshold, minRegionArea, anomalous, outlines)));
    }
}
