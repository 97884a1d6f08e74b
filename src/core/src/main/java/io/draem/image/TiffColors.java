package io.draem.image;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Converts the samples of a TIFF to gray, RGB or the values of a mask. */
final class TiffColors {

    private final TiffSamples samples;
    private final int width;
    private final int height;
    private final int bits;
    private final int channels;

    TiffColors(TiffSamples samples) {
        this.samples = samples;
        this.width = samples.width();
        this.height = samples.height();
        this.bits = samples.bits();
        this.channels = samples.channels();
    }

    /** Returns the rows of gray or RGB. */
    PixelRows colors(boolean whiteIsZero, OptionalInt maxSampleValue, OptionalInt whiteLevel) {
        boolean multiplied = channels == 2 || channels == 4; // alpha is read where the colors were multiplied by it
        int white = (1 << bits) - 1;
        if (bits > 8) {
            WhiteLevel level = bits < 16
                    ? WhiteLevel.ofDepth(bits)
                    : new WhiteLevel(bits, maxSampleValue, OptionalInt.empty(), whiteLevel);
            DeepRows.Source source = target -> samples.read(row -> {
                for (int i = 0; whiteIsZero && i < row.length; i++) {
                    row[i] = (short) (white - (row[i] & 0xFFFF));
                }
                for (int i = 0; multiplied && i < row.length; i += channels) {
                    divide(row, i, white);
                }
                target.row(row);
            });
            return new DeepRows(source, width, channels, level, samples.readingBytes());
        }
        byte[] scale = new byte[white + 1];
        for (int value = 0; value <= white; value++) {
            scale[value] = (byte) (((whiteIsZero ? white - value : value) * 255 + white / 2) / white);
        }
        int colors = channels >= 3 ? 3 : 1;
        return new Rows(colors, PixelRows.Read.BYTES, (row, rgb) -> {
            for (int in = 0, out = 0; in < row.length; in += channels, out += colors) {
                if (multiplied) {
                    divide(row, in, white);
                }
                for (int color = 0; color < colors; color++) {
                    rgb[out + color] = scale[row[in + color]];
                }
            }
        });
    }

    /**
     * Returns the colors of a palette.
     *
     * @param map all reds, then all greens, then all blues, of 16 bits
     */
    PixelRows palette(long[] map) throws ImageException {
        int[] colors = colors(map);
        long largest = largest(map);
        List<ImageWarning> warnings = largest == 0 || largest > 0xFF
                ? List.of()
                : List.of(new ImageWarning(
                        ImageWarning.Kind.CODEC,
                        "The palette of the TIFF has no value above 255, and is read as one of 8 bits"));
        return new Rows(3, new PixelRows.Read(SampleRange.BYTES, warnings), (row, rgb) -> {
            for (int in = 0, out = 0; in < row.length; in += channels) {
                int color = colors[row[in]];
                rgb[out++] = (byte) (color >> 16);
                rgb[out++] = (byte) (color >> 8);
                rgb[out++] = (byte) color;
            }
        });
    }

    /** Returns a palette as {@code 0xRRGGBB}; its values have 16 bits, or 8 where none is larger. */
    private int[] colors(long[] map) throws ImageException {
        int entries = 1 << bits;
        if (map.length < 3 * entries) {
            throw ImageException.Invalid.corrupt("TIFF", "its palette has too few colors");
        }
        int shift = largest(map) > 0xFF ? 8 : 0;
        int[] colors = new int[entries];
        for (int i = 0; i < entries; i++) {
            colors[i] = (int) (map[i] >> shift & 0xFF) << 16
                    | (int) (map[entries + i] >> shift & 0xFF) << 8
                    | (int) (map[2 * entries + i] >> shift & 0xFF);
        }
        return colors;
    }

    private long largest(long[] map) {
        return Arrays.stream(map, 0, 3 << bits).max().orElse(0);
    }

    /** Returns the labels of a mask with a palette. */
    MaskSamples paletteMask(long[] map) throws ImageException {
        int[] colors = colors(map);
        char[] indices = new char[width * height];
        int[] out = {0};
        samples.read(row -> {
            for (int in = 0; in < row.length; in += channels) {
                indices[out[0]++] = (char) row[in];
            }
        });
        return PaletteMask.of(width, height, indices, colors);
    }

    /**
     * Returns the values of a mask in gray or RGB as stored, with its alpha if it has one.
     *
     * @param colors samples per pixel without alpha
     */
    MaskSamples mask(boolean whiteIsZero, int colors) throws ImageException {
        int taken = Math.min(samples.samples(), colors + 1);
        int white = (1 << bits) - 1;
        TiffSamples withAlpha = samples.withChannels(taken);
        withAlpha.requireParts();
        char[] values = new char[Math.multiplyExact(Math.multiplyExact(width, height), taken)];
        int[] out = {0};
        withAlpha.read(row -> {
            for (short sample : row) {
                values[out[0]++] = (char) sample;
            }
        });
        for (int i = 0; whiteIsZero && i < values.length; i += taken) {
            values[i] = (char) (white - values[i]);
        }
        return MaskSamples.of(width, height, taken, values, white);
    }

    /**
     * Returns the RGB of cyan, magenta, yellow and black, where 0 is no ink, without a profile; of 16 bits the high
     * eight are used.
     */
    PixelRows cmyk() {
        int shift = bits - 8;
        SampleRange range = shift == 0 ? SampleRange.BYTES : new SampleRange(16, 65535, 65535, true);
        return new Rows(3, new PixelRows.Read(range, List.of()), (row, rgb) -> {
            for (int in = 0, out = 0; in < row.length; in += channels) {
                int light = 255 - ((row[in + 3] & 0xFFFF) >> shift);
                for (int ink = 0; ink < 3; ink++) {
                    rgb[out++] = (byte) Math.round((255 - ((row[in + ink] & 0xFFFF) >> shift)) * light / 255f);
                }
            }
        });
    }

    /** Divides the colors of a pixel by its alpha, the last channel, which they were multiplied by. */
    private void divide(short[] row, int pixel, int white) {
        int alpha = row[pixel + channels - 1] & 0xFFFF;
        for (int color = pixel; color < pixel + channels - 1; color++) {
            row[color] = (short) divided(row[color] & 0xFFFF, alpha, white);
        }
    }

    /** Returns a color divided by alpha. */
    private static int divided(int color, int alpha, int white) {
        return alpha == 0 ? 0 : (int) Math.min(white, (long) white * color / alpha);
    }

    /** Converts the samples of a row to colors of 8 bits. */
    private interface Coloring {

        void color(short[] row, byte[] colors);
    }

    /** Rows whose colors follow from each sample alone. */
    private final class Rows implements PixelRows {

        private final int colors;
        private final Read read;
        private final Coloring coloring;

        Rows(int colors, Read read, Coloring coloring) {
            this.colors = colors;
            this.read = read;
            this.coloring = coloring;
        }

        @Override
        public int channels() {
            return colors;
        }

        @Override
        public long heapBytes() {
            return samples.readingBytes();
        }

        @Override
        public Read read(Target target) throws ImageException {
            byte[] colored = new byte[width * colors];
            samples.read(row -> {
                coloring.color(row, colored);
                target.row(colored);
            });
            return read;
        }
    }
}
