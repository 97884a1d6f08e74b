package io.draem.image;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The strips or tiles of a TIFF, unpacked one at a time.
 *
 * @param bytes the file
 * @param offsets where each part starts
 * @param counts encoded bytes of each part
 * @param compression see the constants
 * @param reversed whether the lowest bit of each byte comes first
 */
record TiffParts(byte[] bytes, long[] offsets, long[] counts, int compression, boolean reversed) {

    static final int UNCOMPRESSED = 1;
    static final int LZW = 5;
    static final int DEFLATE = 8;
    static final int PACK_BITS = 32773;
    static final int OLD_DEFLATE = 32946;

    private static final int CLEAR = 256;
    private static final int END = 257;
    private static final int LARGEST_CODE = 4095;
    private static final int LZW_TABLES_BYTES = (2 * Integer.BYTES + 1) * (LARGEST_CODE + 1);

    static boolean canUnpack(long compression) {
        return compression == UNCOMPRESSED
                || compression == LZW
                || compression == DEFLATE
                || compression == OLD_DEFLATE
                || compression == PACK_BITS;
    }

    /**
     * Unpacks a part.
     *
     * @param length bytes that the part must have; more are ignored as padding
     * @throws ImageException.Invalid if it has fewer
     */
    byte[] unpack(int part, int length) throws ImageException {
        requirePossible(part, length);
        int start = (int) offsets[part];
        int count = (int) counts[part];
        byte[] encoded = bytes;
        if (reversed) {
            encoded = Arrays.copyOfRange(bytes, start, start + count);
            for (int i = 0; i < count; i++) {
                encoded[i] = (byte) (Integer.reverse(encoded[i]) >>> 24);
            }
            start = 0;
        }
        byte[] unpacked = new byte[length];
        switch (compression) {
            case UNCOMPRESSED -> System.arraycopy(encoded, start, unpacked, 0, length);
            case PACK_BITS -> unpackBits(encoded, start, start + count, unpacked);
            case LZW -> unpackLzw(encoded, start, start + count, unpacked);
            default -> inflate(encoded, start, count, unpacked);
        }
        return unpacked;
    }

    /**
     * Returns the heap in addition to the unpacked parts: offsets and lengths, the tables of LZW, and a part with
     * reversed bits.
     */
    long heapBytes() {
        long reversedBytes = reversed ? Arrays.stream(counts).max().orElse(0) : 0;
        return Long.BYTES * ((long) offsets.length + counts.length) + LZW_TABLES_BYTES + reversedBytes;
    }

    /**
     * Checks that the bytes of a part can unpack to that length, before memory is taken for it.
     *
     * @throws ImageException.Invalid if they are too few
     */
    void requirePossible(int part, long length) throws ImageException {
        long max = switch (compression) {
            case UNCOMPRESSED -> counts[part];
            case PACK_BITS -> 64L * counts[part];
            case LZW -> 4096L * counts[part];
            default -> 1040L * counts[part];
        };
        if (length > max) {
            throw tooShort();
        }
    }

    private static void unpackBits(byte[] encoded, int start, int end, byte[] unpacked) throws ImageException {
        int in = start;
        int out = 0;
        while (out < unpacked.length) {
            if (in >= end) {
                throw tooShort();
            }
            int control = encoded[in++];
            if (control >= 0) {
                int run = Math.min(control + 1, unpacked.length - out);
                if (run > end - in) {
                    throw tooShort();
                }
                System.arraycopy(encoded, in, unpacked, out, run);
                in += control + 1;
                out += run;
            } else if (control != -128) {
                if (in >= end) {
                    throw tooShort();
                }
                int run = Math.min(1 - control, unpacked.length - out);
                Arrays.fill(unpacked, out, out + run, encoded[in++]);
                out += run;
            }
        }
    }

    private static void inflate(byte[] encoded, int start, int count, byte[] unpacked) throws ImageException {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(encoded, start, count);
            int out = 0;
            while (out < unpacked.length) {
                int more = inflater.inflate(unpacked, out, unpacked.length - out);
                if (more == 0) {
                    throw tooShort();
                }
                out += more;
            }
            inflater.inflate(new byte[1]); // the checksum is compared where the data ends here
        } catch (DataFormatException e) {
            throw broken();
        } finally {
            inflater.end();
        }
    }

    private static void unpackLzw(byte[] encoded, int start, int end, byte[] unpacked) throws ImageException {
        if (end - start >= 2 && encoded[start] == 0 && (encoded[start + 1] & 1) == 1) {
            throw new ImageException.Unsupported(
                    "TIFF with LZW of the old bit order is not supported: save it again with LZW or Deflate");
        }
        int[] prefixes = new int[LARGEST_CODE + 1];
        byte[] suffixes = new byte[LARGEST_CODE + 1];
        int[] lengths = new int[LARGEST_CODE + 1];
        for (int code = 0; code < CLEAR; code++) {
            suffixes[code] = (byte) code;
            lengths[code] = 1;
        }
        int next = END + 1;
        int width = 9;
        int previous = -1;
        int buffer = 0;
        int bits = 0;
        int in = start;
        int out = 0;
        while (out < unpacked.length) {
            while (bits < width) {
                if (in >= end) {
                    throw tooShort();
                }
                buffer = buffer << 8 | (encoded[in++] & 0xFF);
                bits += 8;
            }
            bits -= width;
            int code = buffer >>> bits & ((1 << width) - 1);
            buffer &= (1 << bits) - 1;
            if (code == END) {
                throw tooShort();
            }
            if (code == CLEAR) {
                next = END + 1;
                width = 9;
                previous = -1;
                continue;
            }
            if (code > next || (previous < 0 && code > END) || (code == next && previous < 0)) {
                throw broken();
            }
            if (previous >= 0 && next <= LARGEST_CODE) {
                prefixes[next] = previous;
                lengths[next] = lengths[previous] + 1;
                suffixes[next] = first(code == next ? previous : code, prefixes, suffixes, lengths);
            } else if (code == next) {
                throw broken();
            }
            int length = lengths[code];
            int at = out + length;
            for (int link = code; at > out; link = prefixes[link]) {
                at--;
                if (at < unpacked.length) {
                    unpacked[at] = suffixes[link];
                }
            }
            out += length;
            if (previous >= 0 && next <= LARGEST_CODE) {
                next++;
                // Codes grow one entry before the table is full: the "early change" of TIFF.
                if (next + 1 >= 1 << width && width < 12) {
                    width++;
                }
            }
            previous = code;
        }
    }

    private static byte first(int code, int[] prefixes, byte[] suffixes, int[] lengths) {
        int link = code;
        while (lengths[link] > 1) {
            link = prefixes[link];
        }
        return suffixes[link];
    }

    private static ImageException tooShort() {
        return ImageException.Invalid.corrupt("TIFF", "a strip or tile ends before its last row");
    }

    private static ImageException broken() {
        return ImageException.Invalid.corrupt("TIFF", "a strip or tile does not unpack");
    }
}
