package io.draem.score;

/**
 * What counts as a region, and what is reported of the regions found.
 *
 * @param pixelThreshold raw map value that the pixels of a region are strictly above
 * @param minArea regions of fewer pixels are left out
 * @param anomalous whether the image is anomalous; then the region with the largest peak is reported whatever its size, and
 *     where no pixel is above the threshold, the threshold is lowered for this image so that there is one
 * @param outlines whether regions have their outline
 * @param most how many regions are returned at most, at least 1; all are counted
 */
public record RegionOptions(double pixelThreshold, int minArea, boolean anomalous, boolean outlines, int most) {

    /** How many regions an answer has: noise has thousands of them. */
    public static final int MOST = 100;

    /** Fewest pixels of a region where neither the request nor the model names a number. */
    public static final int DEFAULT_MIN_AREA = 16;

    public RegionOptions {
        if (minArea < 1 || most < 1) {
            throw new IllegalArgumentException("minArea and most must be at least 1, got " + minArea + " and " + most);
        }
    }

    /** Makes options for at most {@value #MOST} regions. */
    public RegionOptions(double pixelThreshold, int minArea, boolean anomalous, boolean outlines) {
        this(pixelThreshold, minArea, anomalous, outlines, MOST);
    }
}
