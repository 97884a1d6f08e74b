package io.draem.service.detection;

import io.draem.score.Regions;

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
        boolean anomalous,
        double score,
        double normalizedScore,
        double threshold,
        int minRegionArea,
        Regions regions) {}
