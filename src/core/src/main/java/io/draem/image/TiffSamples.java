package io.draem.image;

/**
 * The samples of a TIFF of 1 to 16 bits, in strips or tiles, interleaved or in planes.
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

    /** Pixels of a row that are unpacked at a time; a multiple of 8, so that each block starts at a byte boundary. */
    private static final int BLOCK = 4096;

    /** Bytes of heap of an unpacked strip or tile in addition to its content: header, padding and reference. */
    private static final int PART_OVERHEAD = 32;

    /**
     * Takes the samples of one row, interleaved and not yet converted to colors; the array is valid until it returns.
     */
    interface RowTarget {

        void row(short[] row) throws ImageException;
    }

    /** Passes each row from the top; no more is unpacked than the strips or tiles that hold it. */
    void read(RowTarget target) throws ImageException {
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
                unpacked[part] = new byte[0]; // else two would be in memory at a time
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
     * Returns the heap that reading takes: the strips or tiles of a row, the state of unpacking, and a row of samples
     * and of colors.
     */
    long readingBytes() {
        long unpacked = (width + partWidth - 1) / partWidth * (planar ? channels : 1L);
        return unpacked * (PART_OVERHEAD + Math.min(partHeight, height) * rowBytes())
                + parts.heapBytes()
                + 2L * width * channels
                + 3L * width
                + (long) Integer.BYTES * Math.min(partWidth, BLOCK) * (planar ? 1 : samples);
    }

    /** Checks that every part is long enough, before memory is taken for the unpacked parts. */
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

    /** Converts differences between pixels to samples; {@code before} is the pixel before the first, then the last. */
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
            // Whatever the order of bytes, samples of other depths are packed from the highest bit.
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

    /** Returns these samples with another number of channels per pixel that are read. */
    TiffSamples withChannels(int others) {
        return new TiffSamples(
                parts, width, height, bits, samples, others, planar, partWidth, partHeight, predicted, littleEndian);
    }
}
