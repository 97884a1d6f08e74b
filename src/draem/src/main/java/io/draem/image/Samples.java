package io.draem.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PackedColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;

/**
 * Takes the stored samples of a decoded image as 8-bit RGB.
 *
 * <p>Samples are copied, never converted between colour spaces: Java's grey colour space is linear, and asking it for
 * RGB would brighten every grey image.
 */
final class Samples {

    private Samples() {}

    /**
     * Returns interleaved RGB: grey in all three channels, palettes expanded, alpha dropped, and of 16 bits the high
     * eight.
     *
     * @throws ImageException.Unsupported if the samples are neither 8 nor 16 bits wide
     */
    static byte[] toRgb(BufferedImage image) throws ImageException.Unsupported {
        ColorModel colours = image.getColorModel();
        if (colours instanceof IndexColorModel palette) {
            return fromPalette(image.getRaster(), palette);
        }
        if (colours instanceof PackedColorModel) {
            return fromPacked(image);
        }
        return fromBands(image.getRaster());
    }

    /**
     * Returns interleaved RGB of a raster with bands C, M, Y and K (0 is no ink), without a profile:
     * {@code (255 - ink) * (255 - black) / 255}.
     *
     * @throws ImageException.Unsupported if the samples are neither 8 nor 16 bits wide
     */
    static byte[] cmykToRgb(Raster raster) throws ImageException.Unsupported {
        int shift = shift(raster);
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
        return rgb;
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

    private static byte[] fromBands(Raster raster) throws ImageException.Unsupported {
        if (raster.getSampleModel() instanceof PixelInterleavedSampleModel model
                && raster.getDataBuffer() instanceof DataBufferByte data) {
            return fromBytes(raster, model, data.getData(), data.getOffset());
        }
        int shift = switch (raster.getTransferType()) {
            case DataBuffer.TYPE_BYTE -> 0;
            case DataBuffer.TYPE_USHORT -> 8;
            default ->
                throw new ImageException.Unsupported(
                        "The image's samples are neither 8 nor 16 bits wide: save it with 8 bits a channel");
        };
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
                rgb[out++] = (byte) (row[i] >> shift);
                rgb[out++] = (byte) (row[i + green] >> shift);
                rgb[out++] = (byte) (row[i + blue] >> shift);
            }
        }
        return rgb;
    }

    private static byte[] fromBytes(Raster raster, PixelInterleavedSampleModel model, byte[] data, int dataOffset) {
        int[] offsets = model.getBandOffsets();
        boolean grey = offsets.length < 3;
        int red = offsets[0];
        int green = grey ? red : offsets[1];
        int blue = grey ? red : offsets[2];
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

    private static int shift(Raster raster) throws ImageException.Unsupported {
        return switch (raster.getTransferType()) {
            case DataBuffer.TYPE_BYTE -> 0;
            case DataBuffer.TYPE_USHORT -> 8;
            default ->
                throw new ImageException.Unsupported(
                        "The image's samples are neither 8 nor 16 bits wide: save it with 8 bits a channel");
        };
    }
}
