package io.draem.image;

/**
 * What an image may cost before any of its pixels is decoded.
 *
 * @param maxBytes largest encoded size
 * @param maxPixels largest {@code width * height} that the header may claim
 */
public record ImageLimits(long maxBytes, long maxPixels) {

    /** 32 MiB encoded, 64 megapixels decoded (192 MiB as RGB). */
    public static final ImageLimits DEFAULT = new ImageLimits(32L << 20, 64_000_000L);

    public ImageLimits {
        if (maxBytes < 1 || maxPixels < 1) {
            throw new IllegalArgumentException(
                    "Image limits must be positive, got " + maxBytes + " bytes and " + maxPixels + " pixels");
        }
    }
}
