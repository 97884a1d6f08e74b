package io.draem.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A TIFF, whose first page is read. What is not compressed, or with LZW, Deflate or PackBits, is read here; fax
 * encodings, JPEG and YCbCr are left to the codec.
 *
 * @param samples how to read the samples, null where the codec reads them
 * @see <a href="https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf">the format, TIFF 6.0</a>
 */
record TiffFile(
        ImageHeader header,
        int orientation,
        TiffDirectory directory,
        int photometric,
        @Nullable TiffSamples samples,
        byte[] bytes)
        implements EncodedImage {

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
    private static final int INK_SET = 332;
    private static final int EXTRA_SAMPLES = 338;
    private static final int SAMPLE_FORMAT = 339;

    private static final int REDUCED = 1;
    private static final int WHITE_IS_ZERO = 0;
    private static final int BLACK_IS_ZERO = 1;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int CMYK = 5;
    private static final int YCBCR = 6;
    private static final int CCITT_RLE = 2;
    private static final int CCITT_GROUP_4 = 4;
    private static final int JPEG = 7;
    private static final int MULTIPLIED_ALPHA = 1;
    private static final int UNSIGNED = 1;
    private static final int UNDEFINED = 4;
    private static final int MAX_SAMPLES_PER_PIXEL = 8;
    private static final int MAX_BITS = 16;
    private static final int MAX_PALETTE_VALUES = 3 << 8;

    /** Bytes per pixel of what the codec reads: its picture, a strip of another, and RGB. */
    private static final double CODEC_BYTES = 12;

    static TiffFile open(byte[] bytes, ImageLimits limits) throws ImageException {
        TiffDirectory directory = TiffDirectory.read(bytes, 0, bytes.length);
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
            throw unsupported("of " + samples + " samples per pixel", "save it in grey, RGB or CMYK");
        }
        requireWholeNumbers(directory);
        int bits = bits(directory);
        long compression = directory.value(COMPRESSION, TiffParts.UNCOMPRESSED);
        requireKnown(compression);
        int photometric = photometric(directory, samples, bits, compression);
        boolean tiled = directory.has(TILE_OFFSETS);
        int partWidth = (int) (tiled ? tileWidth : width);
        int partHeight =
                (int) Math.max(1, tiled ? tileHeight : Math.min(directory.value(ROWS_PER_STRIP, height), height));
        boolean planar = samples > 1 && directory.value(PLANAR_CONFIGURATION, 1) == 2;
        long across = (width + partWidth - 1) / partWidth;
        long down = (height + partHeight - 1) / partHeight;
        int parts = (int) Math.min(Integer.MAX_VALUE, across * down * (planar ? samples : 1));
        long[] offsets = directory.values(tiled ? TILE_OFFSETS : STRIP_OFFSETS, parts);
        long[] counts = directory.values(tiled ? TILE_BYTES : STRIP_BYTES, parts);
        TiffSamples read = null;
        if (TiffParts.canUnpack(compression) && photometric != YCBCR) {
            read = samples(
                    directory,
                    bytes,
                    new ImageHeader(ImageFormat.TIFF, (int) width, (int) height),
                    bits,
                    (int) samples,
                    photometric,
                    planar,
                    partWidth,
                    partHeight,
                    parts,
                    offsets,
                    counts);
        } else {
            requireParts(offsets, counts, bytes, compression == JPEG ? tileWidth * tileHeight : 0, limits);
        }
        return new TiffFile(
                new ImageHeader(ImageFormat.TIFF, (int) width, (int) height),
                Orientation.of(directory),
                directory,
                photometric,
                read,
                bytes);
    }

    @Override
    public double decodingBytesPerPixel() {
        return CODEC_BYTES;
    }

    @Override
    public DecodedImage decode(OptionalInt whiteLevel) throws ImageException, IOException {
        PixelRows rows = rows(whiteLevel);
        if (rows != null) {
            return rows.decode(header.width(), header.height());
        }
        List<ImageWarning> warnings = new ArrayList<>();
        BufferedImage image = Codec.TIFF.read(bytes, header.pixels(), warnings);
        DecodedImage decoded = photometric == CMYK
                ? Samples.ofCmyk(image.getRaster())
                : Samples.decoded(image, WhiteLevel.ofSixteenBits(whiteLevel));
        return decoded.with(warnings);
    }

    @Override
    public @Nullable PixelRows rows(OptionalInt whiteLevel) throws ImageException {
        if (samples == null) {
            return null;
        }
        samples.requireParts();
        return switch (photometric) {
            case PALETTE -> samples.palette(directory.values(COLOR_MAP, MAX_PALETTE_VALUES));
            case CMYK -> samples.cmyk();
            default -> samples.colors(photometric == WHITE_IS_ZERO, maxSampleValue(directory), whiteLevel);
        };
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

    /** Returns what the samples mean, if that is known and fits their number. */
    private static int photometric(TiffDirectory directory, long samples, int bits, long compression)
            throws ImageException {
        if (!directory.has(PHOTOMETRIC)) {
            throw ImageException.Invalid.corrupt("TIFF", "it does not state what its samples mean");
        }
        long photometric = directory.value(PHOTOMETRIC, -1);
        boolean known = switch ((int) Math.min(photometric, 65536)) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO -> samples <= 2;
            case RGB -> samples >= 3;
            case PALETTE -> samples <= 2 && bits <= 8;
            case CMYK -> samples >= 4 && (bits == 8 || bits == 16) && directory.value(INK_SET, 1) == 1;
            case YCBCR -> samples == 3 && bits == 8;
            default -> false;
        };
        if (!known) {
            String name = switch ((int) Math.min(photometric, 65536)) {
                case WHITE_IS_ZERO, BLACK_IS_ZERO -> "in grey";
                case RGB -> "in RGB";
                case PALETTE -> "with a palette";
                case CMYK -> "of inks";
                case YCBCR -> "in YCbCr";
                case 8, 9, 10 -> "in CIELab";
                case 32803 -> "of raw samples behind a color filter (Bayer)";
                default -> "of photometric interpretation " + photometric;
            };
            throw unsupported(
                    name + " with " + samples + " samples of " + bits + " bits per pixel",
                    "save it in grey, RGB or CMYK with 8 or 16 bits per sample");
        }
        if (compression == JPEG && bits != 8) {
            throw unsupported("compressed with JPEG of " + bits + " bits", "save with LZW or Deflate");
        }
        return (int) photometric;
    }

    private static boolean isMultiplied(TiffDirectory directory, int photometric) throws ImageException {
        long[] extra = directory.values(EXTRA_SAMPLES, 1);
        return extra.length > 0 && extra[0] == MULTIPLIED_ALPHA && photometric <= RGB;
    }

    /** Returns how to read the samples, after checking that each part is there. */
    private static TiffSamples samples(
            TiffDirectory directory,
            byte[] bytes,
            ImageHeader header,
            int bits,
            int samples,
            int photometric,
            boolean planar,
            int partWidth,
            int partHeight,
            int parts,
            long[] offsets,
            long[] counts)
            throws ImageException {
        if (offsets.length < parts) {
            throw ImageException.Invalid.corrupt("TIFF", "it lacks strips or tiles");
        }
        int compression = (int) directory.value(COMPRESSION, TiffParts.UNCOMPRESSED);
        if (parts == 1 && (counts.length == 0 || counts[0] == 0 || compression == TiffParts.UNCOMPRESSED)) {
            // Old writers leave the length of a single strip out, or write any: it goes on to the end of the file.
            counts = new long[] {Math.max(0, bytes.length - offsets[0])};
        }
        if (counts.length < parts) {
            throw ImageException.Invalid.corrupt("TIFF", "it lacks the lengths of its strips or tiles");
        }
        requireParts(offsets, counts, bytes, 0, ImageLimits.DEFAULT);
        long predictor = directory.value(PREDICTOR, 1);
        boolean predicts =
                compression != TiffParts.UNCOMPRESSED && compression != TiffParts.PACK_BITS && predictor != 1;
        if (predicts && (predictor != 2 || (bits != 8 && bits != 16))) {
            throw unsupported("with predictor " + predictor + " and " + bits + " bits per sample", "save without one");
        }
        int colors = switch (photometric) {
            case RGB -> 3;
            case CMYK -> 4;
            default -> 1;
        };
        return new TiffSamples(
                new TiffParts(bytes, offsets, counts, compression, directory.value(FILL_ORDER, 1) == 2),
                header.width(),
                header.height(),
                bits,
                samples,
                samples > colors && isMultiplied(directory, photometric) ? colors + 1 : colors,
                planar,
                partWidth,
                partHeight,
                predicts,
                bytes[0] == 'I');
    }

    @Override
    public MaskSamples decodeMask() throws ImageException, IOException {
        if (photometric == CMYK || photometric == YCBCR) {
            return MaskSamples.of(decode(OptionalInt.empty()).image(), isLossy());
        }
        if (samples == null) {
            return isLossy()
                    ? MaskSamples.of(decode(OptionalInt.empty()).image(), true)
                    : MaskSamples.of(Codec.TIFF.read(bytes, header.pixels(), new ArrayList<>()));
        }
        return photometric == PALETTE
                ? samples.paletteMask(directory.values(COLOR_MAP, MAX_PALETTE_VALUES))
                : samples.mask(photometric == WHITE_IS_ZERO, photometric == RGB ? 3 : 1);
    }

    private boolean isLossy() {
        return directory.value(COMPRESSION, TiffParts.UNCOMPRESSED) == JPEG;
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
     * larger than the part.
     *
     * @param jpegPixels pixels of a part, 0 where there is no JPEG inside
     */
    private static void requireParts(long[] offsets, long[] counts, byte[] bytes, long jpegPixels, ImageLimits limits)
            throws ImageException {
        if (Arrays.stream(counts).sum() > bytes.length) { // else few bytes would be walked through millions of times
            throw ImageException.Invalid.corrupt("TIFF", "its parts are longer than the file");
        }
        for (int i = 0; i < Math.min(offsets.length, counts.length); i++) {
            long end = offsets[i] + counts[i];
            if (end > bytes.length) {
                throw ImageException.Invalid.truncated("TIFF", "last row");
            }
            if (jpegPixels > 0) {
                ImageHeader jpeg = JpegFile.open(Arrays.copyOfRange(bytes, (int) offsets[i], (int) end), limits)
                        .header();
                if ((long) jpeg.width() * jpeg.height() > jpegPixels) {
                    throw ImageException.Invalid.corrupt(
                            "TIFF",
                            "a JPEG of " + jpeg.width() + "x" + jpeg.height() + " pixels is in a strip or tile of "
                                    + jpegPixels + " pixels");
                }
            }
        }
    }

    private static ImageException unsupported(String kind, String remedy) {
        return new ImageException.Unsupported("TIFF " + kind + " is not supported: " + remedy);
    }
}
