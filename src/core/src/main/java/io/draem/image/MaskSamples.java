package io.draem.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.PackedColorModel;
import java.awt.image.Raster;

/**
 * The values of a mask as stored, one for each pixel: what {@link Samples} scales to 8 bits and drops (labels of deep
 * images, palette indices, alpha) is what a mask may consist of.
 *
 * @param values {@code width * height} values, 0 for the background
 * @param lossy whether the compression changes values, so that small ones mean nothing
 * @param labels whether each value other than 0 is certainly a label, whatever its size
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record MaskSamples(int width, int height, char[] values, boolean lossy, boolean labels) {

    private static final int CHANNELS = 4;
    private static final int BYTE_MAX = 255;
    private static final int SHORT_MAX = 65535;

    /** Gives red, green, blue and alpha of the pixels of a row. */
    private interface Rows {

        void read(int y, int[] rgba);
    }

    /**
     * Takes the values of a decoded image. A palette is a label map; grey, RGB and alpha are values.
     *
     * @throws ImageException.Unsupported if the samples are neither 8 nor 16 bits wide
     */
    static MaskSamples of(BufferedImage image) throws ImageException.Unsupported {
        Raster raster = image.getRaster();
        int width = raster.getWidth();
        ColorModel colours = image.getColorModel();
        if (colours instanceof IndexColorModel palette) {
            return ofPalette(raster, palette);
        }
        if (colours instanceof PackedColorModel) {
            boolean alpha = colours.hasAlpha();
            int[] packed = new int[width];
            Rows rows = (y, rgba) -> {
                image.getRGB(0, y, width, 1, packed, 0, width);
                for (int x = 0; x < width; x++) {
                    rgba[CHANNELS * x] = packed[x] >> 16 & BYTE_MAX;
                    rgba[CHANNELS * x + 1] = packed[x] >> 8 & BYTE_MAX;
                    rgba[CHANNELS * x + 2] = packed[x] & BYTE_MAX;
                    rgba[CHANNELS * x + 3] = alpha ? packed[x] >>> 24 : BYTE_MAX;
                }
            };
            return of(width, raster.getHeight(), rows, BYTE_MAX, false);
        }
        int white = switch (raster.getTransferType()) {
            case DataBuffer.TYPE_BYTE -> BYTE_MAX;
            case DataBuffer.TYPE_USHORT -> SHORT_MAX;
            default ->
                throw new ImageException.Unsupported(
                        "The mask's samples are neither 8 nor 16 bits wide: save it with 8 or 16 bits per channel");
        };
        int bands = raster.getNumBands();
        int green = bands >= 3 ? 1 : 0;
        int blue = bands >= 3 ? 2 : 0;
        int alpha = bands == 2 || bands >= CHANNELS ? bands >= CHANNELS ? 3 : 1 : -1;
        int[] row = new int[width * bands];
        Rows rows = (y, rgba) -> {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int x = 0; x < width; x++) {
                rgba[CHANNELS * x] = row[bands * x];
                rgba[CHANNELS * x + 1] = row[bands * x + green];
                rgba[CHANNELS * x + 2] = row[bands * x + blue];
                rgba[CHANNELS * x + 3] = alpha < 0 ? white : row[bands * x + alpha];
            }
        };
        return of(width, raster.getHeight(), rows, white, false);
    }

    /**
     * Takes interleaved samples of grey or RGB, behind each pixel's colors alpha if there is one channel more.
     *
     * @param white largest value of a sample
     */
    static MaskSamples of(int width, int height, int channels, char[] samples, int white) {
        int green = channels >= 3 ? 1 : 0;
        int blue = channels >= 3 ? 2 : 0;
        int alpha = channels % 2 == 0 ? channels - 1 : -1;
        Rows rows = (y, rgba) -> {
            for (int x = 0; x < width; x++) {
                int at = (y * width + x) * channels;
                rgba[CHANNELS * x] = samples[at];
                rgba[CHANNELS * x + 1] = samples[at + green];
                rgba[CHANNELS * x + 2] = samples[at + blue];
                rgba[CHANNELS * x + 3] = alpha < 0 ? white : samples[at + alpha];
            }
        };
        return of(width, height, rows, white, false);
    }

    /** Takes the values of an RGB image. */
    static MaskSamples of(RgbImage image, boolean lossy) {
        Rows rows = (y, rgba) -> {
            for (int x = 0; x < image.width(); x++) {
                for (int channel = 0; channel < 3; channel++) {
                    rgba[CHANNELS * x + channel] = image.channel(x, y, channel);
                }
                rgba[CHANNELS * x + 3] = BYTE_MAX;
            }
        };
        return of(image.width(), image.height(), rows, BYTE_MAX, lossy);
    }

    private static MaskSamples of(int width, int height, Rows rows, int white, boolean lossy) {
        char[] brightest = new char[width * height];
        int[] rgba = new int[CHANNELS * width];
        boolean coloured = false;
        boolean anyWhite = false;
        int least = SHORT_MAX;
        int most = 0;
        int leastAlpha = SHORT_MAX;
        int mostAlpha = 0;
        for (int y = 0; y < height; y++) {
            rows.read(y, rgba);
            for (int x = 0; x < width; x++) {
                int red = rgba[CHANNELS * x];
                int green = rgba[CHANNELS * x + 1];
                int blue = rgba[CHANNELS * x + 2];
                int value = Math.max(red, Math.max(green, blue));
                brightest[y * width + x] = (char) value;
                coloured |= red != green || green != blue;
                anyWhite |= Math.min(red, Math.min(green, blue)) == white;
                least = Math.min(least, value);
                most = Math.max(most, value);
                leastAlpha = Math.min(leastAlpha, rgba[CHANNELS * x + 3]);
                mostAlpha = Math.max(mostAlpha, rgba[CHANNELS * x + 3]);
            }
        }
        char[] values = brightest;
        if (leastAlpha < mostAlpha) {
            values = throughAlpha(width, height, rows, white, brightest, least < most);
        } else if (coloured && least > 0 && anyWhite && !lossy) {
            values = onWhite(width, height, rows, white);
        }
        return new MaskSamples(width, height, values, lossy, false);
    }

    /** Returns alpha where the colours say nothing, else the colours on black. */
    private static char[] throughAlpha(
            int width, int height, Rows rows, int white, char[] brightest, boolean coloursDiffer) {
        char[] alphas = new char[brightest.length];
        int[] rgba = new int[CHANNELS * width];
        boolean visible = false;
        for (int y = 0; y < height; y++) {
            rows.read(y, rgba);
            for (int x = 0; x < width; x++) {
                int i = y * width + x;
                alphas[i] = (char) rgba[CHANNELS * x + 3];
                visible |= brightest[i] > 0 && alphas[i] > 0;
            }
        }
        if (coloursDiffer && visible) {
            for (int i = 0; i < alphas.length; i++) {
                long product = (long) brightest[i] * alphas[i]; // rounded up: a label stays above 0
                alphas[i] = (char) ((product + white - 1) / white);
            }
        }
        return alphas;
    }

    /** Returns how far each pixel is from white. */
    private static char[] onWhite(int width, int height, Rows rows, int white) {
        char[] values = new char[width * height];
        int[] rgba = new int[CHANNELS * width];
        for (int y = 0; y < height; y++) {
            rows.read(y, rgba);
            for (int x = 0; x < width; x++) {
                int darkest = Math.min(rgba[CHANNELS * x], Math.min(rgba[CHANNELS * x + 1], rgba[CHANNELS * x + 2]));
                values[y * width + x] = (char) (white - darkest);
            }
        }
        return values;
    }

    private static MaskSamples ofPalette(Raster raster, IndexColorModel palette) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        int[] row = new int[width];
        char[] indices = new char[width * height];
        for (int y = 0; y < height; y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
            for (int x = 0; x < width; x++) {
                indices[y * width + x] = (char) row[x];
            }
        }
        int[] colours = new int[1 << palette.getPixelSize()];
        for (int index = 0; index < palette.getMapSize(); index++) {
            colours[index] = palette.getRGB(index) & 0xFFFFFF;
        }
        return ofPalette(width, height, indices, colours);
    }

    /**
     * Takes a palette of greys as a grey image. In any other each index is a label, and the background is black, or
     * index 0 where no pixel is black, or white where neither is used. Colours that are all alike say nothing, so then
     * the indices are the values.
     *
     * @param indices of the pixels, less than the number of colors; changed
     * @param palette colors as {@code 0xRRGGBB}
     */
    static MaskSamples ofPalette(int width, int height, char[] indices, int[] palette) {
        boolean[] used = new boolean[palette.length];
        for (char index : indices) {
            used[index] = true;
        }
        boolean grey = true;
        boolean alike = true;
        boolean several = false;
        int black = -1;
        int white = -1;
        int first = -1;
        for (int index = 0; index < used.length; index++) {
            if (!used[index]) {
                continue;
            }
            int red = palette[index] >> 16;
            int green = palette[index] >> 8 & BYTE_MAX;
            int blue = palette[index] & BYTE_MAX;
            grey &= red == green && green == blue;
            black = black < 0 && red + green + blue == 0 ? index : black;
            white = white < 0 && Math.min(red, Math.min(green, blue)) == BYTE_MAX ? index : white;
            alike &= first < 0 || palette[first] == palette[index];
            several |= first >= 0;
            first = first < 0 ? index : first;
        }
        int background = black >= 0 ? black : used[0] ? 0 : white;
        char[] values = new char[used.length];
        for (int index = 0; index < used.length; index++) {
            if (several && alike) {
                values[index] = (char) index;
            } else if (used[index] && grey) {
                values[index] = (char) (palette[index] & BYTE_MAX);
            } else if (used[index]) {
                boolean isBackground = background >= 0 && palette[index] == palette[background];
                values[index] = (char) (isBackground ? 0 : 1);
            }
        }
        for (int i = 0; i < indices.length; i++) {
            indices[i] = values[indices[i]];
        }
        return new MaskSamples(width, height, indices, false, !grey);
    }
}
