package io.draem.image;

/** Reads ground-truth masks: an image that is white (or any colour) where the object is anomalous. */
public final class ImageMask {

    private static final int THRESHOLD = 127;

    private ImageMask() {}

    /**
     * Returns {@code width * height} labels, rows from the top, true where any channel is above 127.
     *
     * <p>Resized by nearest neighbour as {@code torch.nn.functional.interpolate(mode="nearest")} does it: target
     * {@code i} takes source {@code floor(i * source / target)}.
     */
    public static boolean[] of(RgbImage mask, int width, int height) {
        boolean[] anomalous = new boolean[Math.multiplyExact(width, height)];
        for (int y = 0; y < height; y++) {
            int sourceY = (int) ((long) y * mask.height() / height);
            for (int x = 0; x < width; x++) {
                int sourceX = (int) ((long) x * mask.width() / width);
                anomalous[y * width + x] = mask.channel(sourceX, sourceY, 0) > THRESHOLD
                        || mask.channel(sourceX, sourceY, 1) > THRESHOLD
                        || mask.channel(sourceX, sourceY, 2) > THRESHOLD;
            }
        }
        return anomalous;
    }
}
