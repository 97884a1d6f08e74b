package io.draem.image;

import java.util.OptionalInt;

/**
 * The fields of the first page of a TIFF, checked to describe an image that can be read.
 *
 * @param samples samples per pixel as stored
 * @param bits bits per sample, 1 to 16, of all samples
 * @param compression see {@link TiffParts}; others are read by the codec
 * @param planar whether each channel is stored in a plane of its own
 * @param tiled whether the parts are tiles, else they are strips
 * @param partWidth width of a strip or tile
 * @param partHeight rows of a strip or tile, the last strip may have fewer
 */
record TiffPage(
        TiffDirectory directory,
        int width,
        int height,
        int samples,
        int bits,
        TiffPhotometric photometric,
        int compression,
        boolean planar,
        boolean tiled,
        int partWidth,
        int partHeight) {

    private static final int JPEG = 7;
    private static final int CCITT_RLE = 2;
    private static final int CCITT_GROUP_4 = 4;

    private static final int NEW_SUBFILE_TYPE = 254;
    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS_PER_SAMPLE = 258;
    private static final int COMPRESSION = 259;
    private static final int PHOTOMETRIC = 262;
    private static final int FILL_ORDER = 266;
    private static final int STRIP_OFFSETS = 273;
    private static final int SAMPLES_PER_PIXEL = 277;
    private static final int ROWS_PER_STRIP = 278;
    private static final int STRIP_BYTES = 279;
    private static final int MAX_SAMPLE_VALUE = 281;
    private static final int PLANAR_CONFIGURATION = 284;
    private static final int PREDICTOR = 317;
    private static final int COLOR_MAP = 320;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILE_OFFSETS = 324;
    private static final int TILE_BYTES = 325;
    private static final int EXTRA_SAMPLES = 338;
    private static final int SAMPLE_FORMAT = 339;

    private static final int REDUCED = 1;
    private static final int MULTIPLIED_ALPHA = 1;
    private static final int UNSIGNED = 1;
    private static final int UNDEFINED = 4;
    private static final int MAX_SAMPLES_PER_PIXEL = 8;
    private static final int MAX_BITS = 16;
    private static final int MAX_PALETTE_VALUES = 3 << 8;

    /**
     * Reads and checks the fields.
     *
     * @throws ImageException if the size is not within the limits, or the variety is not supported
     */
    static TiffPage read(TiffDirectory directory, ImageLimits limits) throws ImageException {
        long width = directory.value(WIDTH, 0);
        long height = directory.value(HEIGHT, 0);
        limits.requirePixels(width, height);
        long tileWidth = directory.value(TILE_WIDTH, width);
        long tileHeight = directory.value(TILE_HEIGHT, height);
        limits.requirePixels(tileWidth, tileHeight);
        limits.requirePixels(paddedTo(tileWidth, width), paddedTo(tileHeight, height)); // all tiles are unpacked
        if ((directory.value(NEW_SUBFILE_TYPE, 0) & REDUCED) != 0) {
            throw unsupported("whose first page is a reduced copy", "save the full image alone as TIFF or PNG");
        }
        long samples = directory.value(SAMPLES_PER_PIXEL, 1);
        if (samples < 1 || samples > MAX_SAMPLES_PER_PIXEL) {
            throw unsupported("of " + samples + " samples per pixel", "save it in gray, RGB or CMYK");
        }
        requireWholeNumbers(directory);
        int bits = bits(directory);
        long compression = directory.value(COMPRESSION, TiffParts.UNCOMPRESSED);
        requireKnown(compression);
        TiffPhotometric photometric = photometric(directory, (int) samples, bits, compression);
        boolean tiled = directory.has(TILE_OFFSETS);
        long rows = tiled ? tileHeight : Math.min(directory.value(ROWS_PER_STRIP, height), height);
        return new TiffPage(
                directory,
                (int) width,
                (int) height,
                (int) samples,
                bits,
                photometric,
                (int) compression,
                samples > 1 && directory.value(PLANAR_CONFIGURATION, 1) == 2,
                tiled,
                (int) (tiled ? tileWidth : width),
                (int) Math.max(1, rows));
    }

    /** Returns how many strips or tiles the page has. */
    int parts() {
        long across = ((long) width + partWidth - 1) / partWidth;
        long down = ((long) height + partHeight - 1) / partHeight;
        return (int) Math.min(Integer.MAX_VALUE, across * down * (planar ? samples : 1));
    }

    /** Returns where each strip or tile starts, as far as the file states it. */
    long[] partOffsets() throws ImageException {
        return directory.values(tiled ? TILE_OFFSETS : STRIP_OFFSETS, parts());
    }

    /** Returns the encoded bytes of each strip or tile, as far as the file states them. */
    long[] partBytes() throws ImageException {
        return directory.values(tiled ? TILE_BYTES : STRIP_BYTES, parts());
    }

    /** Returns the pixels of a tile; those of the image where it has none. */
    long tilePixels() {
        return directory.value(TILE_WIDTH, width) * directory.value(TILE_HEIGHT, height);
    }

    /** Returns whether the lowest bit of each byte comes first. */
    boolean reversedBits() {
        return directory.value(FILL_ORDER, 1) == 2;
    }

    /**
     * Returns whether each sample is stored as the difference to that of the pixel before it.
     *
     * @throws ImageException.Unsupported if samples are predicted in another way
     */
    boolean predicted() throws ImageException {
        long predictor = directory.value(PREDICTOR, 1);
        boolean predicts =
                compression != TiffParts.UNCOMPRESSED && compression != TiffParts.PACK_BITS && predictor != 1;
        if (predicts && (predictor != 2 || (bits != 8 && bits != 16))) {
            throw unsupported("with predictor " + predictor + " and " + bits + " bits per sample", "save without one");
        }
        return predicts;
    }

    /** Returns how many samples per pixel the image needs: its colors, and alpha where they were multiplied by it. */
    int channels() throws ImageException {
        int colors = photometric.colors();
        long[] extra = directory.values(EXTRA_SAMPLES, 1);
        boolean multiplied = extra.length > 0 && extra[0] == MULTIPLIED_ALPHA && photometric.dividesAlpha();
        return samples > colors && multiplied ? colors + 1 : colors;
    }

    /** Returns the palette: all reds, then all greens, then all blues. */
    long[] colorMap() throws ImageException {
        return directory.values(COLOR_MAP, MAX_PALETTE_VALUES);
    }

    /** Returns the stated white level; writers that store the largest value of each image state none. */
    OptionalInt whiteLevel() {
        long value = directory.value(MAX_SAMPLE_VALUE, 0);
        boolean allOnes = value > 0xFF && value <= 0xFFFF && (value & (value + 1)) == 0;
        return allOnes ? OptionalInt.of((int) value) : OptionalInt.empty();
    }

    /** Returns whether compression changes the samples. */
    boolean lossy() {
        return compression == JPEG;
    }

    /** Returns the bits of each sample. */
    private static int bits(TiffDirectory directory) throws ImageException {
        long[] bits = directory.values(BITS_PER_SAMPLE, MAX_SAMPLES_PER_PIXEL);
        long first = bits.length == 0 ? 1 : bits[0];
        for (long others : bits) {
            if (others > MAX_BITS) {
                throw unsupported("of " + others + " bits per sample", "save it with 8 or 16");
            }
            if (others != first) {
                throw unsupported("of samples of different depths", "save it with 8 or 16 bits per sample");
            }
        }
        if (first < 1) {
            throw ImageException.Invalid.corrupt("TIFF", "its samples have no bits");
        }
        return (int) first;
    }

    private static void requireWholeNumbers(TiffDirectory directory) throws ImageException {
        for (long format : directory.values(SAMPLE_FORMAT, MAX_SAMPLES_PER_PIXEL)) {
            if (format != UNSIGNED && format != UNDEFINED) {
                throw unsupported(
                        format == 2 ? "of signed samples" : "of floating-point samples",
                        "save it as unsigned whole numbers of 8 or 16 bits");
            }
        }
    }

    private static void requireKnown(long compression) throws ImageException {
        if (TiffParts.canUnpack(compression)
                || (compression >= CCITT_RLE && compression <= CCITT_GROUP_4)
                || compression == JPEG) {
            return;
        }
        String name = switch ((int) Math.min(compression, 65536)) {
            case 6 -> "old-style JPEG";
            case 9, 10, 34661 -> "JBIG";
            case 34676, 34677 -> "LogLuv";
            case 34712, 33003, 33004, 33005 -> "JPEG 2000";
            case 34887 -> "LERC";
            case 34892 -> "lossy JPEG of DNG";
            case 34925 -> "LZMA";
            case 34933 -> "PNG";
            case 50000 -> "Zstandard";
            case 50001 -> "WebP";
            case 50002, 52546 -> "JPEG XL";
            default -> "type " + compression;
        };
        throw unsupported("compressed with " + name, "save with LZW or Deflate");
    }

    private static TiffPhotometric photometric(TiffDirectory directory, int samples, int bits, long compression)
            throws ImageException {
        if (!directory.has(PHOTOMETRIC)) {
            throw ImageException.Invalid.corrupt("TIFF", "it does not state what its samples mean");
        }
        TiffPhotometric photometric = TiffPhotometric.of(directory.value(PHOTOMETRIC, -1), directory, samples, bits);
        if (compression == JPEG && bits != 8) {
            throw unsupported("compressed with JPEG of " + bits + " bits", "save with LZW or Deflate");
        }
        return photometric;
    }

    private static long paddedTo(long tile, long size) {
        return (size + tile - 1) / tile * tile;
    }

    static ImageException.Unsupported unsupported(String kind, String remedy) {
        return new ImageException.Unsupported("TIFF " + kind + " is not supported: " + remedy);
    }
}
