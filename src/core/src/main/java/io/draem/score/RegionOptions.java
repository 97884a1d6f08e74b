package io.draem.score;

/**
 * Options of {@link RegionFinder}.
 *
 * @param pixelThreshold raw map value that the pixels of a region are strictly above
 * @param minArea regions of fewer pixels are left out
 * @param anomalous whether the image is anomalous; then the region with the largest peak is reported whatever its size,
 *     and where no pixel is above the threshold, the threshold is lowered for this image so that there is one
 * @param outlines whether regions have their outline
 * @param maxCount largest number of regions that are returned, at least 1; all are counted
 */
public record RegionOptions(double pixelThreshold, int minArea, boolean anomalous, boolean outlines, int maxCount) {

    /** Largest number of regions in a response: noise has thousands. */
    public static final int MAX_COUNT = 100;

    /** Fewest pixels of a region where neither the request nor the model sets them. */
    public static final int DEFAULT_MIN_AREA = 16;

    public RegionOptions {
        if (minArea < 1 || maxCount < 1) {
            throw new IllegalArgumentException(
                    "minArea and maxCount must be at least 1, got " + minArea + " and " + maxCount);
        }
    }

    /** Makes options for at most {@value #MAX_COUNT} regions. */
    public RegionOptions(double pixelThreshold, int minArea, boolean anomalous, boolean outlines) {
        this(pixelThreshold, minArea, anomalous, outlines, MAX_COUNT);
    }
}
