package io.draem.service.detection;

import io.draem.score.Region;
import java.util.List;

/**
 * What is said of an image.
 *
 * @param anomalous whether the score is strictly above the threshold
 * @param score raw image score
 * @param normalizedScore 0 to 1, 0.5 at the threshold
 * @param threshold raw image threshold that was applied
 * @param pixelThreshold raw pixel threshold that mask and regions were made with
 * @param regions connected pixels above the pixel threshold, whatever the verdict, in the image's own pixels
 */
public record Verdict(
        boolean anomalous,
        double score,
        double normalizedScore,
        double threshold,
        double pixelThreshold,
        List<Region> regions) {

    public Verdict {
        regions = List.copyOf(regions);
    }
}
