package io.draem.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.PackedColorModel;
import java.awt.image.Raster;

/**
 * The values of a mask as stored, one per pixel. A mask may consist of what {@link Samples} scales to 8 bits or drops:
 * labels of deep images, palette indices, alpha.
 *
 * @param values {@code width * height} values, 0 for the background
 * @param lossy whether the compression changes values, so that small values are noise
 * @param labels whether each value other than 0 is certainly a label, whatever its size
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record MaskSamples(int width, int height, char[] values, boolean lossy, boolean labels) {

    private static final int CHANNELS = 4;
    private static final int BYTE_MAX = 255;
    private static final int SHORT_MAX = 65535;
    private static final int MAX_LABEL = 31;
    private static final int MAX_LABELS = 64;
    private static final double FLAT_SHARE = 0.5;
    private static final double PLATEAU_SHARE = 0.9;

    /** Most values of a mask that may be labels of small numbers. */
    static final int FEW_VALUES = 16;

    /** Reads red, green, blue and alpha of the pixels of a row. */
    private interface Rows {

        void read(int y, int[] rgba);
    }

    /**
     * Takes the values of a decoded image. A palette is a label map; gray, RGB and alpha are values.
     *
     * @throws ImageException.Unsupported if the samples are neither 8 nor 16 bits wide
     */
    static MaskSamples of(BufferedImage image) throws ImageException.Unsupported {
        Raster raster = image.getRaster();
        int width = raster.getWidth();
        ColorModel colors = image.getColorModel();
        if (colors instanceof IndexColorModel palette) {
            return PaletteMask.of(raster, palette);
        }
        if (colors instanceof PackedColorModel) {
            boolean alpha = colors.hasAlpha();
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
     * Takes interleaved samples of gray or RGB, with alpha after the colors where there is one channel more.
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
        boolean colored = false;
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
                colored |= red != green || green != blue;
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
        } else if (colored && least > 0 && anyWhite && !lossy) {
            values = onWhite(width, height, rows, white);
        }
        return new MaskSamples(width, height, values, lossy, false);
    }

    /** Returns alpha where the colors are all equal or invisible, else the colors blended with black. */
    private static char[] throughAlpha(
            int width, int height, Rows rows, int white, char[] brightest, boolean colorsDiffer) {
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
        if (colorsDiffer && visible) {
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

    /**
     * Returns whether the values are labels rather than gray: few and small, or in areas of one value.
     *
     * @param distinct number of different values
     * @param most largest value
     */
    boolean areLabels(int distinct, int most) {
        if (labels || (most <= MAX_LABEL && distinct <= FEW_VALUES)) {
            return true;
        }
        if (distinct > MAX_LABELS) {
            return false;
        }
        long between = 0;
        long flat = 0;
        long plateau = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int value = values[y * width + x];
                if (value == 0 || value == most) {
                    continue;
                }
                between++;
                boolean same = true;
                boolean highest = true;
                for (int ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
                    for (int nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
                        int neighbor = values[ny * width + nx];
                        same &= neighbor == value;
                        highest &= neighbor <= value;
                    }
                }
                flat += same ? 1 : 0;
                plateau += highest ? 1 : 0;
            }
        }
        return flat >= FLAT_SHARE * between || plateau >= PLATEAU_SHARE * between;
    }
}
