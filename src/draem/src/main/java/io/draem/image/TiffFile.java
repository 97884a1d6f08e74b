package io.draem.image;

import java.awt.image.BufferedImage;
import java.io.IOException;

/**
 * A TIFF, whose first page is read.
 *
 * @see <a href="https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf">the format, TIFF 6.0</a>
 */
record TiffFile(ImageHeader header, int orientation, boolean cmyk, byte[] bytes) implements EncodedImage {

    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS_PER_SAMPLE = 258;
    private static final int PHOTOMETRIC = 262;
    private static final int STRIP_OFFSETS = 273;
    private static final int SAMPLES_PER_PIXEL = 277;
    private static final int STRIP_BYTES = 279;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILE_OFFSETS = 324;
    private static final int TILE_BYTES = 325;
    private static final int PHOTOMETRIC_CMYK = 5;
    private static final int MAX_SAMPLES_PER_PIXEL = 8;
    private static final int MAX_BITS = 16;

    static TiffFile open(byte[] bytes, ImageLimits limits) throws ImageException {
        TiffDirectory directory = TiffDirectory.read(bytes, 0, bytes.length);
        long width = directory.value(WIDTH, 0);
        long height = directory.value(HEIGHT, 0);
        limits.requirePixels(width, height);
        // Tiles and samples take memory too, and the header may claim any number of them.
        limits.requirePixels(directory.value(TILE_WIDTH, width), directory.value(TILE_HEIGHT, height));
        long samples = directory.value(SAMPLES_PER_PIXEL, 1);
        if (samples < 1 || samples > MAX_SAMPLES_PER_PIXEL) {
            throw new ImageException.Unsupported("A TIFF of " + samples + " samples a pixel is not read here");
        }
        for (long bits : directory.values(BITS_PER_SAMPLE)) {
            if (bits > MAX_BITS) {
                throw new ImageException.Unsupported(
                        "A TIFF of " + bits + " bits a sample is not read here: save it with 8 or 16");
            }
        }
        requireInside(directory, STRIP_OFFSETS, STRIP_BYTES, bytes.length);
        requireInside(directory, TILE_OFFSETS, TILE_BYTES, bytes.length);
        return new TiffFile(
                new ImageHeader(ImageFormat.TIFF, (int) width, (int) height),
                Orientation.of(directory),
                directory.value(PHOTOMETRIC, 0) == PHOTOMETRIC_CMYK,
                bytes);
    }

    @Override
    public byte[] decode() throws ImageException, IOException {
        BufferedImage image = Codec.TIFF.read(bytes);
        return cmyk ? Samples.cmykToRgb(image.getRaster()) : Samples.toRgb(image);
    }

    private static void requireInside(TiffDirectory directory, int offsetTag, int bytesTag, int length)
            throws ImageException {
        long[] offsets = directory.values(offsetTag);
        long[] counts = directory.values(bytesTag);
        for (int i = 0; i < Math.min(offsets.length, counts.length); i++) {
            if (offsets[i] + counts[i] > length) {
                throw new ImageException.Invalid("The TIFF is truncated: it ends before its last row");
            }
        }
    }
}
