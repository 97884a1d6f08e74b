package io.draem.trainer.synthesis;

import io.draem.image.RgbImage;

/** Maps of each 8-bit channel value to another, one table per channel. */
final class ToneCurve {

    private static final int LEVELS = 256;

    private ToneCurve() {}

    /** Returns {@code 255 (v / 255)^gamma}, cut to whole numbers, with one exponent per channel. */
    static RgbImage gamma(RgbImage image, double red, double green, double blue) {
        double[] exponents = {red, green, blue};
        byte[][] tables = new byte[3][LEVELS];
        for (int channel = 0; channel < 3; channel++) {
            for (int v = 0; v < LEVELS; v++) {
                tables[channel][v] = (byte) (int) (255 * Math.pow(v / 255.0, exponents[channel]));
            }
        }
        return apply(image, tables);
    }

    /** Inverts the values that are not below the threshold. */
    static RgbImage solarize(RgbImage image, int threshold) {
        byte[] table = new byte[LEVELS];
        for (int v = 0; v < LEVELS; v++) {
            table[v] = (byte) (v >= threshold ? 255 - v : v);
        }
        return apply(image, table, table, table);
    }

    /** Keeps the highest {@code bits} bits of each value. */
    static RgbImage posterize(RgbImage image, int bits) {
        byte[] table = new byte[LEVELS];
        for (int v = 0; v < LEVELS; v++) {
            table[v] = (byte) (v >> (8 - bits) << (8 - bits));
        }
        return apply(image, table, table, table);
    }

    static RgbImage invert(RgbImage image) {
        return solarize(image, 0);
    }

    /**
     * Stretches each channel to 0 to 255 after leaving out {@code cutoff} percent of its pixels at both ends, as
     * {@code PIL.ImageOps.autocontrast}.
     */
    static RgbImage autoContrast(RgbImage image, int cutoff) {
        byte[][] tables = new byte[3][];
        for (int channel = 0; channel < 3; channel++) {
            int[] histogram = histogram(image, channel);
            int cut = (int) ((long) image.width() * image.height() * cutoff / 100);
            int low = 0;
            for (int left = cut; low < 255 && histogram[low] <= left; low++) {
                left -= histogram[low];
            }
            int high = 255;
            for (int left = cut; high > 0 && histogram[high] <= left; high--) {
                left -= histogram[high];
            }
            tables[channel] = stretch(low, high);
        }
        return apply(image, tables);
    }

    /** Spreads each channel's values so that all levels are about equally frequent, as {@code PIL.ImageOps.equalize}. */
    static RgbImage equalize(RgbImage image) {
        byte[][] tables = new byte[3][LEVELS];
        for (int channel = 0; channel < 3; channel++) {
            int[] histogram = histogram(image, channel);
            int brightest = 255;
            while (histogram[brightest] == 0) {
                brightest--;
            }
            int step = (image.width() * image.height() - histogram[brightest]) / 255;
            int below = step / 2;
            for (int v = 0; v < LEVELS; v++) {
                tables[channel][v] = (byte) (step == 0 ? v : Math.min(255, below / step));
                below += histogram[v];
            }
        }
        return apply(image, tables);
    }

    private static byte[] stretch(int low, int high) {
        byte[] table = new byte[LEVELS];
        double scale = 255.0 / (high - low);
        for (int v = 0; v < LEVELS; v++) {
            table[v] = (byte) (high <= low ? v : (int) Math.min(255, Math.max(0, (v - low) * scale)));
        }
        return table;
    }

    private static int[] histogram(RgbImage image, int channel) {
        int[] counts = new int[LEVELS];
        byte[] rgb = image.rgb();
        for (int i = channel; i < rgb.length; i += 3) {
            counts[rgb[i] & 0xFF]++;
        }
        return counts;
    }

    private static RgbImage apply(RgbImage image, byte[]... tables) {
        byte[] from = image.rgb();
        byte[] to = new byte[from.length];
        byte[] red = tables[0];
        byte[] green = tables[1];
        byte[] blue = tables[2];
        for (int i = 0; i < from.length; i += 3) {
            to[i] = red[from[i] & 0xFF];
            to[i + 1] = green[from[i + 1] & 0xFF];
            to[i + 2] = blue[from[i + 2] & 0xFF];
        }
        return new RgbImage(image.width(), image.height(), to);
    }
}
