package io.draem.score;

import java.util.List;

/**
 * The regions of an image.
 *
 * @param pixelThreshold raw map value that the pixels of all regions are strictly above
 * @param lowered whether that is less than the requested threshold
 * @param count how many regions there are
 * @param largest the regions with the largest peaks, the largest first, at most as many as requested
 */
public record Regions(double pixelThreshold, boolean lowered, int count, List<Region> largest) {

    public Regions {
        largest = List.copyOf(largest);
    }
}
