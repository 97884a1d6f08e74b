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

    /** Returns the most bytes per pixel that are in memory at a time. */
    double decodingBytesPerPixel() {
        double partShare = (double) Math.min(height, partHeight) * rowBytes() / ((double) width * height);
        double read = channels * (bits > 8 ? Short.BYTES : 1);
        double made = channels == 4 && bits > 8 ? 4 + 3 : 3; // inks of 16 bits become 8 before they are RGB
        return read + Math.max(partShare, made);
    }

    /** Returns samples of more than 8 bits, interleaved. */
    private short[] read() throws ImageException {
        requireParts();
        short[] read = new short[Math.multiplyExact(Math.multiplyExact(width, height), channels)];
        read((row, from, out) -> read[out] = (short) row[from]);
        return read;
    }

    /** Returns samples of at most 8 bits, interleaved. */
    private byte[] readBytes() throws ImageException {
        requireParts();
        byte[] read = new byte[Math.multiplyExact(Math.multiplyExact(width, height), channels)];
        read((row, from, out) -> read[out] = (byte) row[from]);
        return read;
    }

    private void read(Target target) throws ImageException {
        int inPart = planar ? 1 : samples;
        int across = (width + partWidth - 1) / partWidth;
        int perPlane = across * ((height + partHeight - 1) / partHeight);
        int rowBytes = Math.toIntExact(rowBytes());
        int[] row = new int[Math.min(partWidth, BLOCK) * inPart];
        int[] before = new int[inPart];
        for (int plane = 0; plane < (planar ? channels : 1); plane++) {
            for (int part = 0; part < perPlane; part++) {
                int left = part % across * partWidth;
                int top = part / across * partHeight;
                int rows = Math.min(partHeight, height - top);
                int columns = Math.min(partWidth, width - left);
                byte[] unpacked = parts.unpack(plane * perPlane + part, Math.multiplyExact(rows, rowBytes));
                for (int y = 0; y < rows; y++) {
                    Arrays.fill(before, 0);
                    int out = ((top + y) * width + left) * channels + plane;
                    int taken = planar ? 1 : channels;
                    for (int start = 0; start < columns; start += BLOCK) {
                        int pixels = Math.min(BLOCK, columns - start);
                        int at = y * rowBytes + (int) ((long) start * inPart * bits / 8);
                        unpackRow(unpacked, at, row, pixels * inPart);
                        if (predicted) {
                            addDifferences(row, pixels * inPart, before);
                        }
                        for (int x = 0; x < pixels; x++, out += channels) {
                            for (int i = 0; i < taken; i++) {
                                target.take(row, x * inPart + i, out + i);
                            }
                        }
                    }
                }
            }
        }
    }

    /** Checks that every part can be there, before memory is taken for what they unpack to. */
    private void requireParts() throws ImageException {
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
    DecodedImage colors(boolean whiteIsZero, boolean multiplied, OptionalInt maxSampleValue, OptionalInt whiteLevel)
            throws ImageException {
        int white = (1 << bits) - 1;
        if (bits > 8) {
            WhiteLevel level = bits < 16
                    ? WhiteLevel.ofDepth(bits)
                    : new WhiteLevel(bits, maxSampleValue, OptionalInt.empty(), whiteLevel);
            short[] read = read();
            for (int i = 0; whiteIsZero && i < read.length; i++) {
                read[i] = (short) (white - (read[i] & 0xFFFF));
            }
            for (int i = 0; multiplied && i < read.length; i += channels) {
                int alpha = read[i + channels - 1] & 0xFFFF;
                for (int color = i; color < i + channels - 1; color++) {
                    read[color] = (short) divided(read[color] & 0xFFFF, alpha, white);
                }
            }
            return Samples.ofDeep(read, width, height, channels, level);
        }
        byte[] read = readBytes();
        byte[] scale = new byte[white + 1];
        for (int value = 0; value <= white; value++) {
            scale[value] = (byte) (((whiteIsZero ? white - value : value) * 255 + white / 2) / white);
        }
        int second = channels >= 3 ? 1 : 0;
        int third = channels >= 3 ? 2 : 0;
        byte[] rgb = new byte[width * height * 3];
        for (int in = 0, out = 0; out < rgb.length; in += channels) {
            int red = read[in] & 0xFF;
            int green = read[in + second] & 0xFF;
            int blue = read[in + third] & 0xFF;
            if (multiplied) {
                int alpha = read[in + channels - 1] & 0xFF;
                red = divided(red, alpha, white);
                green = divided(green, alpha, white);
                blue = divided(blue, alpha, white);
            }
            rgb[out++] = scale[red];
            rgb[out++] = scale[green];
            rgb[out++] = scale[blue];
        }
        return image(rgb, List.of());
    }

    /**
     * Returns the colors of a palette.
     *
     * @param map all reds, then all greens, then all blues, of 16 bits
     */
    DecodedImage palette(long[] map) throws ImageException {
        int[] colors = colors(map);
        byte[] read = readBytes();
        byte[] rgb = new byte[width * height * 3];
        for (int in = 0, out = 0; out < rgb.length; in += channels) {
            int color = colors[read[in] & 0xFF];
            rgb[out++] = (byte) (color >> 16);
            rgb[out++] = (byte) (color >> 8);
            rgb[out++] = (byte) color;
        }
        long largest = largest(map);
        return image(
                rgb,
                largest == 0 || largest > 0xFF
                        ? List.of()
                        : List.of(new ImageWarning(
                                ImageWarning.Kind.CODEC,
                                "The palette of the TIFF has no value above 255, and is read as one of 8 bits")));
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
        byte[] read = readBytes();
        char[] indices = new char[width * height];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = (char) (read[i * channels] & 0xFF);
        }
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
        withChannels(taken).read((row, from, out) -> read[out] = (char) row[from]);
        for (int i = 0; whiteIsZero && i < read.length; i += taken) {
            read[i] = (char) (white - read[i]);
        }
        return MaskSamples.of(width, height, taken, read, white);
    }

    private TiffSamples withChannels(int others) {
        return new TiffSamples(
                parts, width, height, bits, samples, others, planar, partWidth, partHeight, predicted, littleEndian);
    }

    /** Returns the RGB of cyan, magenta, yellow and black, where 0 is no ink, without a profile. */
    DecodedImage cmyk() throws ImageException {
        byte[] read;
        if (bits == 8) {
            read = readBytes();
        } else {
            short[] deep = read();
            read = new byte[deep.length];
            for (int i = 0; i < deep.length; i++) {
                read[i] = (byte) (deep[i] >> 8);
            }
        }
        byte[] rgb = new byte[width * height * 3];
        for (int in = 0, out = 0; out < rgb.length; in += channels) {
            int light = 255 - (read[in + 3] & 0xFF);
            for (int ink = 0; ink < 3; ink++) {
                rgb[out++] = (byte) Math.round((255 - (read[in + ink] & 0xFF)) * light / 255f);
            }
        }
        DecodedImage decoded = image(rgb, List.of());
        return bits == 8
                ? decoded
                : new DecodedImage(decoded.image(), new SampleRange(16, 65535, 65535, true), List.of());
    }

    /** Returns a color that was multiplied by alpha as it was before. */
    private static int divided(int color, int alpha, int white) {
        return alpha == 0 ? 0 : (int) Math.min(white, (long) white * color / alpha);
    }

    private DecodedImage image(byte[] rgb, List<ImageWarning> warnings) {
        return new DecodedImage(new RgbImage(width, height, rgb), SampleRange.BYTES, warnings);
    }

    /** Takes one sample of a row. */
    private interface Target {

        void take(int[] row, int from, int out);
    }
}
