package io.draem.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A TIFF, of which the first page is read. What is uncompressed, or compressed with LZW, Deflate or PackBits, is read
 * here; the codec reads fax encodings, JPEG and YCbCr.
 *
 * @param samples how to read the samples, null where the codec reads them
 * @see <a href="https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf">the format, TIFF 6.0</a>
 */
record TiffFile(
        ImageHeader header,
        int orientation,
        TiffPage page,
        @Nullable TiffSamples samples,
        byte[] bytes) implements EncodedImage {

    /** Bytes per pixel of what the codec reads: its picture, a strip of another, and RGB. */
    private static final double CODEC_BYTES = 12;

    static TiffFile open(byte[] bytes, ImageLimits limits) throws ImageException {
        TiffDirectory directory = TiffDirectory.read(bytes, 0, bytes.length);
        TiffPage page = TiffPage.read(directory, limits);
        long[] offsets = page.partOffsets();
        long[] counts = page.partBytes();
        TiffSamples samples = null;
        if (TiffParts.canUnpack(page.compression()) && page.photometric() != TiffPhotometric.YCBCR) {
            samples = samples(page, bytes, offsets, counts);
        } else {
            requireParts(offsets, counts, bytes, page.lossy() ? page.tilePixels() : 0, limits);
        }
        return new TiffFile(
                new ImageHeader(ImageFormat.TIFF, page.width(), page.height()),
                Orientation.of(directory),
                page,
                samples,
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
        DecodedImage decoded = page.photometric() == TiffPhotometric.CMYK
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
        TiffColors colors = new TiffColors(samples);
        return switch (page.photometric()) {
            case PALETTE -> colors.palette(page.colorMap());
            case CMYK -> colors.cmyk();
            default ->
                colors.colors(page.photometric() == TiffPhotometric.WHITE_IS_ZERO, page.whiteLevel(), whiteLevel);
        };
    }

    @Override
    public MaskSamples decodeMask() throws ImageException, IOException {
        TiffPhotometric photometric = page.photometric();
        if (photometric == TiffPhotometric.CMYK || photometric == TiffPhotometric.YCBCR) {
            return MaskSamples.of(decode(OptionalInt.empty()).image(), page.lossy());
        }
        if (samples == null) {
            return page.lossy()
                    ? MaskSamples.of(decode(OptionalInt.empty()).image(), true)
                    : MaskSamples.of(Codec.TIFF.read(bytes, header.pixels(), new ArrayList<>()));
        }
        TiffColors colors = new TiffColors(samples);
        return photometric == TiffPhotometric.PALETTE
                ? colors.paletteMask(page.colorMap())
                : colors.mask(photometric == TiffPhotometric.WHITE_IS_ZERO, photometric == TiffPhotometric.RGB ? 3 : 1);
    }

    /** Returns how to read the samples, after checking that each part is there. */
    private static TiffSamples samples(TiffPage page, byte[] bytes, long[] offsets, long[] counts)
            throws ImageException {
        int parts = page.parts();
        if (offsets.length < parts) {
            throw ImageException.Invalid.corrupt("TIFF", "it lacks strips or tiles");
        }
        int compression = page.compression();
        long[] lengths = counts;
        if (parts == 1 && (counts.length == 0 || counts[0] == 0 || compression == TiffParts.UNCOMPRESSED)) {
            // Old writers omit the length of a single strip, or write any: it extends to the end of the file.
            lengths = new long[] {Math.max(0, bytes.length - offsets[0])};
        }
        if (lengths.length < parts) {
            throw ImageException.Invalid.corrupt("TIFF", "it lacks the lengths of its strips or tiles");
        }
        requireParts(offsets, lengths, bytes, 0, ImageLimits.DEFAULT);
        return new TiffSamples(
                new TiffParts(bytes, offsets, lengths, compression, page.reversedBits()),
                page.width(),
                page.height(),
                page.bits(),
                page.samples(),
                page.channels(),
                page.planar(),
                page.partWidth(),
                page.partHeight(),
                page.predicted(),
                bytes[0] == 'I');
    }

    /**
     * Checks that all strips or tiles are there and together no longer than the file, and that a JPEG inside one is no
     * larger than the part.
     *
     * @param jpegPixels pixels of a part, 0 where there is no JPEG inside
     */
    private static void requireParts(long[] offsets, long[] counts, byte[] bytes, long jpegPixels, ImageLimits limits)
            throws ImageException {
        if (Arrays.stream(counts).sum() > bytes.length) { // else a few bytes would be decoded millions of times
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
}
