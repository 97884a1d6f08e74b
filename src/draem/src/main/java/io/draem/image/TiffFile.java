package io.draem.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A TIFF, whose first page is read.
 *
 * @see <a href="https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf">the format, TIFF 6.0</a>
 */
record TiffFile(ImageHeader header, int orientation, boolean cmyk, OptionalInt maxSampleValue, byte[] bytes)
        implements EncodedImage {

    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS_PER_SAMPLE = 258;
    private static final int COMPRESSION = 259;
    private static final int PHOTOMETRIC = 262;
    private static final int STRIP_OFFSETS = 273;
    private static final int SAMPLES_PER_PIXEL = 277;
    private static final int STRIP_BYTES = 279;
    private static final int MAX_SAMPLE_VALUE = 281;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILE_OFFSETS = 324;
    private static final int TILE_BYTES = 325;
    private static final int PHOTOMETRIC_CMYK = 5;
    private static final int OLD_JPEG = 6;
    private static final int JPEG = 7;
    private static final int MAX_SAMPLES_PER_PIXEL = 8;
    private static final int MAX_BITS = 16;

    static TiffFile open(byte[] bytes, ImageLimits limits) throws ImageException {
        TiffDirectory directory = TiffDirectory.read(bytes, 0, bytes.length);
        long width = directory.value(WIDTH, 0);
        long height = directory.value(HEIGHT, 0);
        limits.requirePixels(width, height);
        long tileWidth = directory.value(TILE_WIDTH, width);
        long tileHeight = directory.value(TILE_HEIGHT, height);
        limits.requirePixels(tileWidth, tileHeight);
        limits.requirePixels(paddedTo(tileWidth, width), paddedTo(tileHeight, height)); // all tiles are unpacked
        long samples = directory.value(SAMPLES_PER_PIXEL, 1);
        if (samples < 1 || samples > MAX_SAMPLES_PER_PIXEL) {
            throw new ImageException.Unsupported(
                    "A TIFF of " + samples + " samples a pixel is not read here: save it in grey, RGB or CMYK");
        }
        for (long bits : directory.values(BITS_PER_SAMPLE)) {
            if (bits > MAX_BITS) {
                throw new ImageException.Unsupported(
                        "A TIFF of " + bits + " bits a sample is not read here: save it with 8 or 16");
            }
        }
        long compression = directory.value(COMPRESSION, 1);
        if (compression == OLD_JPEG) {
            throw new ImageException.Unsupported("A TIFF with old-style JPEG inside is not read here: save it again");
        }
        ImageLimits partLimits = new ImageLimits(limits.maxBytes(), tileWidth * tileHeight);
        requireParts(directory, STRIP_OFFSETS, STRIP_BYTES, bytes, compression == JPEG ? partLimits : null);
        requireParts(directory, TILE_OFFSETS, TILE_BYTES, bytes, compression == JPEG ? partLimits : null);
        return new TiffFile(
                new ImageHeader(ImageFormat.TIFF, (int) width, (int) height),
                Orientation.of(directory),
                directory.value(PHOTOMETRIC, 0) == PHOTOMETRIC_CMYK,
                maxSampleValue(directory),
                bytes);
    }

    @Override
    public DecodedImage decode(OptionalInt whiteLevel) throws ImageException, IOException {
        BufferedImage image = Codec.TIFF.read(bytes);
        return cmyk
                ? Samples.ofCmyk(image.getRaster())
                : Samples.decoded(image, new WhiteLevel(16, maxSampleValue, OptionalInt.empty(), whiteLevel));
    }

    @Override
    public MaskSamples decodeMask() throws ImageException, IOException {
        return cmyk
                ? MaskSamples.of(decode(OptionalInt.empty()).image(), false)
                : MaskSamples.of(Codec.TIFF.read(bytes));
    }

    /** Returns the stated white level; writers that store the largest value of each image state none. */
    private static OptionalInt maxSampleValue(TiffDirectory directory) {
        long value = directory.value(MAX_SAMPLE_VALUE, 0);
        boolean allOnes = value > 0xFF && value <= 0xFFFF && (value & (value + 1)) == 0;
        return allOnes ? OptionalInt.of((int) value) : OptionalInt.empty();
    }

    private static long paddedTo(long tile, long size) {
        return (size + tile - 1) / tile * tile;
    }

    /**
     * Checks that all strips or tiles are there and together no longer than the file, and that a JPEG inside one is no
     * larger than the header says.
     */
    private static void requireParts(
            TiffDirectory directory, int offsetTag, int bytesTag, byte[] bytes, @Nullable ImageLimits jpegLimits)
            throws ImageException {
        long[] offsets = directory.values(offsetTag);
        long[] counts = directory.values(bytesTag);
        if (Arrays.stream(counts).sum() > bytes.length) { // else few bytes would be walked through millions of times
            throw ImageException.Invalid.corrupt("TIFF", "its parts are longer than the file");
        }
        for (int i = 0; i < Math.min(offsets.length, counts.length); i++) {
            long end = offsets[i] + counts[i];
            if (end > bytes.length) {
                throw ImageException.Invalid.truncated("TIFF", "last row");
            }
            if (jpegLimits != null) {
                JpegFile.open(Arrays.copyOfRange(bytes, (int) offsets[i], (int) end), jpegLimits);
            }
        }
    }
}
