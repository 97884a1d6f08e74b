package io.draem.image;

import java.util.Locale;

/**
 * Limits on images, checked before any pixel is decoded.
 *
 * @param maxBytes largest encoded size
 * @param maxPixels largest {@code width * height} that the header may claim
 */
public record ImageLimits(long maxBytes, long maxPixels) {

    /** 32 MiB encoded, 64 megapixels decoded (192 MiB as RGB). */
    public static final ImageLimits DEFAULT = new ImageLimits(32L << 20, 64_000_000L);

    /** Of programs that read the files of their own user: 512 MiB encoded, 250 megapixels decoded. */
    public static final ImageLimits OF_OWN_FILES = new ImageLimits(512L << 20, 250_000_000L);

    public ImageLimits {
        if (maxBytes < 1 || maxPixels < 1) {
            throw new IllegalArgumentException(
                    "Image limits must be positive, got " + maxBytes + " bytes and " + maxPixels + " pixels");
        }
    }

    void requireBytes(long bytes) throws ImageException.TooLarge {
        if (bytes > maxBytes) {
            throw new ImageException.TooLarge("The image has " + megabytes(bytes) + " (" + bytes
                    + " bytes), more than the limit of " + megabytes(maxBytes)
                    + ": send a smaller or more strongly compressed image, or raise the limit");
        }
    }

    /** Checks the size that a header claims, also against the largest array of RGB. */
    void requirePixels(long width, long height) throws ImageException {
        if (width < 1 || height < 1) {
            throw new ImageException.Invalid(
                    "The image's header claims " + width + "x" + height + " pixels: save it again");
        }
        long max = Math.min(maxPixels, Integer.MAX_VALUE / 3);
        if (width > max || height > max || width * height > max) {
            throw new ImageException.TooLarge("The image has " + width + "x" + height
                    + " pixels, more than the limit of " + max + " pixels"
                    + (max >= 1_000_000 ? " (" + String.format(Locale.ROOT, "%.1f", max / 1e6) + " megapixels)" : "")
                    + ": send a smaller image, or raise the limit");
        }
    }

    private static String megabytes(long bytes) {
        return bytes < 1 << 20 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
