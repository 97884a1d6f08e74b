package io.draem.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.awt.image.IndexColorModel;
import java.awt.image.PackedColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Converts the stored samples of a decoded image to 8-bit RGB.
 *
 * <p>Samples are copied, never converted between color spaces: Java's gray color space is linear, and its conversion
 * to RGB would brighten every gray image.
 */
final class Samples {

    private Samples() {}

    /**
     * Returns the image as stored: gray in all three channels, palettes expanded, alpha dropped, and 16 bits scaled by
     * their white level.
     *
     * @throws ImageException.Unsupported if the samples are neither 8 nor 16 bits wide
     */
    static DecodedImage decoded(BufferedImage image, WhiteLevel whiteLevel) throws ImageException.Unsupported {
        ColorModel colors = image.getColorModel();
        if (colors instanceof IndexColorModel palette) {
            return ofBytes(image.getRaster(), fromPalette(image.getRaster(), palette));
        }
        if (colors instanceof PackedColorModel) {
            return ofBytes(image.getRaster(), fromPacked(image));
        }
        Raster raster = image.getRaster();
        return switch (raster.getTransferType()) {
            case DataBuffer.TYPE_BYTE -> ofBytes(raster, fromBands(raster));
            case DataBuffer.TYPE_USHORT -> fromDeepBands(raster, whiteLevel);
            default -> throw unsupportedWidth();
        };
    }

    /**
     * Returns the image of a raster with bands C, M, Y and K (0 is no ink), without a profile:
     * {@code (255 - ink) * (255 - black) / 255}; of 16 bits the high eight are used.
     *
     * @throws ImageException.Unsupported if the samples are neither 8 nor 16 bits wide
     */
    static DecodedImage ofCmyk(Raster raster) throws ImageException.Unsupported {
        boolean deep = raster.getTransferType() == DataBuffer.TYPE_USHORT;
        if (!deep && raster.getTransferType() != DataBuffer.TYPE_BYTE) {
            throw unsupportedWidth();
        }
        int shift = deep ? 8 : 0;
        int bands = raster.getNumBands();
        byte[] rgb = new byte[raster.getWidth() * raster.getHeight() * 3];
        int[] row = new int[raster.getWidth() * bands];
        int out = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, row);
            for (int i = 0; i < row.length; i += bands) {
                int light = 255 - (row[i + 3] >> shift);
                for (int ink = 0; ink < 3; ink++) {
                    rgb[out++] = (byte) Math.round((255 - (row[i + ink] >> shift)) * light / 255f);
                }
            }
        }
        return new DecodedImage(
                new RgbImage(raster.getWidth(), raster.getHeight(), rgb),
                deep ? new SampleRange(16, 65535, 65535, true) : SampleRange.BYTES,
                List.of());
    }

    private static DecodedImage ofBytes(Raster raster, byte[] rgb) {
        return new DecodedImage(new RgbImage(raster.getWidth(), raster.getHeight(), rgb), SampleRange.BYTES, List.of());
    }

    private static byte[] fromPalette(Raster raster, IndexColorModel palette) {
        int width = raster.getWidth();
        byte[] reds = new byte[palette.getMapSize()];
        byte[] greens = new byte[reds.length];
        byte[] blues = new byte[reds.length];
        palette.getReds(reds);
        palette.getGreens(greens);
        palette.getBlues(blues);
        byte[] rgb = new byte[width * raster.getHeight() * 3];
        int[] row = new int[width];
        int out = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
            for (int index : row) {
                rgb[out++] = reds[index];
                rgb[out++] = greens[index];
                rgb[out++] = blues[index];
            }
        }
        return rgb;
    }

    private static byte[] fromPacked(BufferedImage image) {
        int width = image.getWidth();
        byte[] rgb = new byte[width * image.getHeight() * 3];
        int[] row = new int[width];
        int out = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int argb : row) {
                rgb[out++] = (byte) (argb >> 16);
                rgb[out++] = (byte) (argb >> 8);
                rgb[out++] = (byte) argb;
            }
        }
        return rgb;
    }

    private static byte[] fromBands(Raster raster) {
        if (raster.getSampleModel() instanceof PixelInterleavedSampleModel model
                && raster.getDataBuffer() instanceof DataBufferByte data) {
            return fromBytes(raster, model, data.getData(), data.getOffset());
        }
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        int green = bands >= 3 ? 1 : 0;
        int blue = bands >= 3 ? 2 : 0;
        byte[] rgb = new byte[width * raster.getHeight() * 3];
        int[] row = new int[width * bands];
        int out = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int i = 0; i < row.length; i += bands) {
                rgb[out++] = (byte) row[i];
                rgb[out++] = (byte) row[i + green];
                rgb[out++] = (byte) row[i + blue];
            }
        }
        return rgb;
    }

    private static DecodedImage fromDeepBands(Raster raster, WhiteLevel whiteLevel) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        int bands = raster.getNumBands();
        if (raster.getSampleModel() instanceof PixelInterleavedSampleModel model
                && raster.getDataBuffer() instanceof DataBufferUShort data
                && data.getOffset() == 0
                && model.getPixelStride() == bands
                && model.getScanlineStride() == bands * width
                && data.getData().length == bands * width * height
                && Arrays.equals(
                        model.getBandOffsets(), IntStream.range(0, bands).toArray())) {
            return ofDeep(data.getData(), width, height, bands, whiteLevel);
        }
        short[] samples = new short[width * height * bands];
        int[] row = new int[width * bands];
        for (int y = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int i = 0; i < row.length; i++) {
                samples[y * row.length + i] = (short) row[i];
            }
        }
        return ofDeep(samples, width, height, bands, whiteLevel);
    }

    /**
     * Returns the image of samples of more than 8 bits, scaled by their white level.
     *
     * @param samples interleaved
     * @param bands samples per pixel; from three on the first three are RGB, otherwise the first is gray
     */
    static DecodedImage ofDeep(short[] samples, int width, int height, int bands, WhiteLevel whiteLevel) {
        int colors = bands >= 3 ? 3 : 1; // the others are alpha
        boolean[] seen = new boolean[1 << whiteLevel.bits()];
        for (int i = 0; i < samples.length; i += bands) {
            for (int color = 0; color < colors; color++) {
                seen[samples[i + color] & 0xFFFF] = true;
            }
        }
        SampleRange range = whiteLevel.range(seen);
        byte[] scale = WhiteLevel.scale(range);
        int green = colors == 3 ? 1 : 0;
        int blue = colors == 3 ? 2 : 0;
        byte[] rgb = new byte[width * height * 3];
        for (int in = 0, out = 0; out < rgb.length; in += bands) {
            rgb[out++] = scale[samples[in] & 0xFFFF];
            rgb[out++] = scale[samples[in + green] & 0xFFFF];
            rgb[out++] = scale[samples[in + blue] & 0xFFFF];
        }
        return new DecodedImage(new RgbImage(width, height, rgb), range, whiteLevel.warnings(range));
    }

    private static byte[] fromBytes(Raster raster, PixelInterleavedSampleModel model, byte[] data, int dataOffset) {
        int[] offsets = model.getBandOffsets();
        boolean gray = offsets.length < 3;
        int red = offsets[0];
        int green = gray ? red : offsets[1];
        int blue = gray ? red : offsets[2];
        int pixelStride = model.getPixelStride();
        int start = dataOffset
                + (raster.getMinY() - raster.getSampleModelTranslateY()) * model.getScanlineStride()
                + (raster.getMinX() - raster.getSampleModelTranslateX()) * pixelStride;
        byte[] rgb = new byte[raster.getWidth() * raster.getHeight() * 3];
        int out = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            int in = start + y * model.getScanlineStride();
            for (int x = 0; x < raster.getWidth(); x++, in += pixelStride) {
                rgb[out++] = data[in + red];
                rgb[out++] = data[in + green];
                rgb[out++] = data[in + blue];
            }
        }
        return rgb;
    }

    private static ImageException.Unsupported unsupportedWidth() {
        return new ImageException.Unsupported(
                "The image's samples are neither 8 nor 16 bits wide: save it with 8 or 16 bits per channel");
    }
}
