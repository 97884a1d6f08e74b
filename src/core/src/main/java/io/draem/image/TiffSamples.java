package io.draem.image;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads the samples of a TIFF of 1 to 16 bits, in strips or tiles, interleaved or in planes, and turns them into RGB.
 *
 * @param channels samples per pixel that are read: the colors, and alpha where they were multiplied by it
 * @param samples samples per pixel as stored
 * @param partWidth width of a strip or tile
 * @param partHeight rows of a strip or tile, the last strip may have fewer
 */
record TiffSamples(
        TiffParts parts,
        int width,
        int height,
        int bits,
        int samples,
        int channels,
        boolean planar,
        int partWidth,
        int partHeight,
        boolean predicted,
        boolean littleEndian) {

    /** Pixels of a row that are unpacked at a time; a multiple of 8, so that each block starts at a whole byte. */
    private static final int BLOCK = 4096;

    /** Bytes of heap of an unpacked strip or tile besides its content: header, padding and reference. */
    private static final int PART_OVERHEAD = 32;

    /** Takes the samples of one row, interleaved and not yet turned into colors; the array is valid until it returns. */
    private interface RowTarget {

        void row(short[] row) throws ImageException;
    }

    /** Passes each row from the top; no more is unpacked than the strips or tiles that hold it. */
    private void read(RowTarget target) throws ImageException {
        requireParts();
        int across = (width + partWidth - 1) / partWidth;
        int perPlane = across * down();
        int planes = planar ? channels : 1;
        byte[][] unpacked = new byte[planes * across][];
        short[] row = new short[Math.multiplyExact(width, channels)];
        int[] block = new int[Math.min(partWidth, BLOCK) * (planar ? 1 : samples)];
        int rowBytes = Math.toIntExact(rowBytes());
        for (int band = 0; band < down(); band++) {
            int rows = Math.min(partHeight, height - band * partHeight);
            for (int part = 0; part < unpacked.length; part++) {
                unpacked[part] = new byte[0]; // or two would be in memory at a time
                unpacked[part] = parts.unpack(
                        part / across * perPlane + band * across + part % across, Math.multiplyExact(rows, rowBytes));
            }
            for (int y = 0; y < rows; y++) {
                for (int part = 0; part < unpacked.length; part++) {
                    readRow(unpacked[part], y * rowBytes, part % across * partWidth, part / across, block, row);
                }
                target.row(row);
            }
        }
    }

    /**
     * Reads what one strip or tile has of a row.
     *
     * @param at index of the row's first byte
     * @param left first column
     * @param plane first of the channels that are read
     */
    private void readRow(byte[] unpacked, int at, int left, int plane, int[] block, short[] row) {
        int inPart = planar ? 1 : samples;
        int taken = planar ? 1 : channels;
        int columns = Math.min(partWidth, width - left);
        int[] before = new int[inPart];
        int out = left * channels + plane;
        for (int start = 0; start < columns; start += BLOCK) {
            int pixels = Math.min(BLOCK, columns - start);
            unpackRow(unpacked, at + (int) ((long) start * inPart * bits / 8), block, pixels * inPart);
            if (predicted) {
                addDifferences(block, pixels * inPart, before);
            }
            for (int x = 0; x < pixels; x++, out += channels) {
                for (int i = 0; i < taken; i++) {
                    row[out + i] = (short) block[x * inPart + i];
                }
            }
        }
    }

    private int down() {
        return (height + partHeight - 1) / partHeight;
    }

    /**
     * Returns the heap that reading takes: the strips or tiles of a row, what unpacks one of them, where all of them are, and
     * a row of samples and of colors.
     */
    private long readingBytes() {
        long unpacked = (width + partWidth - 1) / partWidth * (planar ? channels : 1L);
        return unpacked * (PART_OVERHEAD + Math.min(partHeight, height) * rowBytes())
                + parts.heapBytes()
                + 2L * width * channels
                + 3L * width
                + (long) Integer.BYTES * Math.min(partWidth, BLOCK) * (planar ? 1 : samples);
    }

    /** Checks that every part can be there, before memory is taken for what they unpack to. */
    void requireParts() throws ImageException {
        int perPlane = (width + partWidth - 1) / partWidth * ((height + partHeight - 1) / partHeight);
        int across = (width + partWidth - 1) / partWidth;
        for (int part = 0; part < perPlane * (planar ? channels : 1); part++) {
            int top = part % perPlane / across * partHeight;
            parts.requirePossible(part, Math.min(partHeight, height - top) * rowBytes());
        }
    }

    private long rowBytes() {
        return ((long) partWidth * (planar ? 1 : samples) * bits + 7) / 8;
    }

    /** Turns the differences to the pixel before into samples; {@code before} is the pixel before the first, then the last. */
    private void addDifferences(int[] row, int count, int[] before) {
        int mask = (1 << bits) - 1;
        for (int i = 0; i < count; i++) {
            row[i] = row[i] + (i < before.length ? before[i] : row[i - before.length]) & mask;
        }
        System.arraycopy(row, count - before.length, before, 0, before.length);
    }

    private void unpackRow(byte[] bytes, int start, int[] row, int count) {
        if (bits == 8) {
            for (int i = 0; i < count; i++) {
                row[i] = bytes[start + i] & 0xFF;
            }
        } else if (bits == 16) {
            int low = littleEndian ? 0 : 1;
            for (int i = 0, at = start; i < count; i++, at += 2) {
                row[i] = (bytes[at + low] & 0xFF) | (bytes[at + 1 - low] & 0xFF) << 8;
            }
        } else {
            // Whatever the order of bytes, samples of other depths are packed from the highest bit on.
            int buffer = 0;
            int filled = 0;
            int at = start;
            for (int i = 0; i < count; i++) {
                while (filled < bits) {
                    buffer = buffer << 8 | (bytes[at++] & 0xFF);
                    filled += 8;
                }
                filled -= bits;
                row[i] = buffer >>> filled & ((1 << bits) - 1);
                buffer &= (1 << filled) - 1;
            }
        }
    }

    /** Returns grey or RGB. */
    PixelRows colors(boolean whiteIsZero, OptionalInt maxSampleValue, OptionalInt whiteLevel) {
        boolean multiplied = channels == 2 || channels == 4; // alpha is read where the colors were multiplied by it
        int white = (1 << bits) - 1;
        if (bits > 8) {
            WhiteLevel level = bits < 16
                    ? WhiteLevel.ofDepth(bits)
                    : new WhiteLevel(bits, maxSampleValue, OptionalInt.empty(), whiteLevel);
            DeepRows.Source source = target -> read(row -> {
                for (int i = 0; whiteIsZero && i < row.length; i++) {
                    row[i] = (short) (white - (row[i] & 0xFFFF));
                }
                for (int i = 0; multiplied && i < row.length; i += channels) {
                    divide(row, i, white);
                }
                target.row(row);
            });
            return new DeepRows(source, width, channels, level, readingBytes());
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
        read(row -> {
            for (int in = 0; in < row.length; in += channels) {
                indices[out[0]++] = (char) row[in];
            }
        });
        return MaskSamples.ofPalette(width, height, indices, colors);
    }

    /**
     * Returns the values of a mask in grey or RGB as stored, with its alpha if it has one.
     *
     * @param colors samples per pixel without alpha
     */
    MaskSamples mask(boolean whiteIsZero, int colors) throws ImageException {
        int taken = Math.min(samples, colors + 1);
        int white = (1 << bits) - 1;
        withChannels(taken).requireParts();
        char[] read = new char[Math.multiplyExact(Math.multiplyExact(width, height), taken)];
        int[] out = {0};
        withChannels(taken).read(row -> {
            for (short sample : row) {
                read[out[0]++] = (char) sample;
            }
        });
        for (int i = 0; whiteIsZero && i < read.length; i += taken) {
            read[i] = (char) (white - read[i]);
        }
        return MaskSamples.of(width, height, taken, read, white);
    }

    private TiffSamples withChannels(int others) {
        return new TiffSamples(
                parts, width, height, bits, samples, others, planar, partWidth, partHeight, predicted, littleEndian);
    }

    /** Returns the RGB of cyan, magenta, yellow and black, where 0 is no ink, without a profile; of 16 bits the high eight are used. */
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

    /** Turns the colors of a pixel into what they were before they were multiplied by its alpha, the last channel. */
    private void divide(short[] row, int pixel, int white) {
        int alpha = row[pixel + channels - 1] & 0xFFFF;
        for (int color = pixel; color < pixel + channels - 1; color++) {
            row[color] = (short) divided(row[color] & 0xFFFF, alpha, white);
        }
    }

    /** Returns a color that was multiplied by alpha as it was before. */
    private static int divided(int color, int alpha, int white) {
        return alpha == 0 ? 0 : (int) Math.min(white, (long) white * color / alpha);
    }

    /** Turns the samples of a row into colors of 8 bits. */
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
            return readingBytes();
        }

        @Override
        public Read read(Target target) throws ImageException {
            byte[] colored = new byte[width * colors];
            TiffSamples.this.read(row -> {
                coloring.color(row, colored);
                target.row(colored);
            });
            return read;
        }
    }
}
