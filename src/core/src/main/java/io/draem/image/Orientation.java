package io.draem.image;

/** The EXIF orientation (tag 0x0112): where the stored first row and column belong in the upright image. */
final class Orientation {

    static final int AS_STORED = 1;

    /** What {@link #apply} takes for each pixel: the stored RGB and the upright one. */
    static final int BYTES_PER_PIXEL = 6;

    private static final int TAG = 0x0112;
    private static final int LAST = 8;
    private static final byte[] EXIF_PREFIX = {'E', 'x', 'i', 'f', 0, 0};

    private Orientation() {}

    /** Returns the orientation that an EXIF block gives, {@link #AS_STORED} where it is broken or gives none. */
    static int ofExif(byte[] bytes, int start, int end) {
        int tiffStart = startsWithPrefix(bytes, start, end) ? start + EXIF_PREFIX.length : start;
        try {
            return of(TiffDirectory.read(bytes, tiffStart, end));
        } catch (ImageException.Invalid e) {
            return AS_STORED; // broken metadata is no reason to refuse the pixels
        }
    }

    static int of(TiffDirectory directory) {
        long value = directory.value(TAG, AS_STORED);
        return value >= AS_STORED && value <= LAST ? (int) value : AS_STORED;
    }

    /** Returns whether an orientation exchanges width and height. */
    static boolean swapsSides(int orientation) {
        return orientation >= 5;
    }

    static boolean startsWithPrefix(byte[] bytes, int start, int end) {
        if (end - start < EXIF_PREFIX.length) {
            return false;
        }
        for (int i = 0; i < EXIF_PREFIX.length; i++) {
            if (bytes[start + i] != EXIF_PREFIX[i]) {
                return false;
            }
        }
        return true;
    }

    /** Returns the image upright; the image itself where it is stored upright. */
    static RgbImage apply(int orientation, RgbImage image) {
        int w = image.width();
        int h = image.height();
        // Where the stored pixel (0, 0) goes, and how far (in pixels) one stored column and one stored row lead.
        return switch (orientation) {
            case 2 -> moved(image, w, h, w - 1, -1, w);
            case 3 -> moved(image, w, h, w * h - 1, -1, -w);
            case 4 -> moved(image, w, h, w * (h - 1), 1, -w);
            case 5 -> moved(image, h, w, 0, h, 1);
            case 6 -> moved(image, h, w, h - 1, h, -1);
            case 7 -> moved(image, h, w, w * h - 1, -h, -1);
            case 8 -> moved(image, h, w, h * (w - 1), -h, 1);
            default -> image;
        };
    }

    private static RgbImage moved(RgbImage image, int width, int height, int origin, int column, int row) {
        byte[] stored = image.rgb();
        byte[] upright = new byte[stored.length];
        int in = 0;
        for (int y = 0; y < image.height(); y++) {
            int out = 3 * (origin + y * row);
            for (int x = 0; x < image.width(); x++, in += 3, out += 3 * column) {
                upright[out] = stored[in];
                upright[out + 1] = stored[in + 1];
                upright[out + 2] = stored[in + 2];
            }
        }
        return new RgbImage(width, height, upright);
    }
}
