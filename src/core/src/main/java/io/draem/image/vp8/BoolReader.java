package io.draem.image.vp8;

/** Reads the arithmetic-coded bits of one partition (RFC 6386, section 7). */
final class BoolReader {

    private static final int EVEN = 128;

    private final byte[] bytes;
    private final int end;
    private int position;
    private long value;
    private int bits = -8; // of the value beyond the 8 that are compared
    private int range = 254; // less one

    BoolReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
    }

    /**
     * Reads a bit.
     *
     * @param probability that it is 0, of 256
     * @throws Vp8Exception if the partition has ended
     */
    int bit(int probability) throws Vp8Exception {
        if (bits < 0) {
            load();
        }
        int split = (range * probability) >> 8;
        int compared = (int) (value >>> bits);
        int bit = 0;
        int rest = split + 1;
        if (compared > split) {
            rest = range - split;
            value -= (long) (split + 1) << bits;
            bit = 1;
        }
        int shift = Integer.numberOfLeadingZeros(rest) - 24;
        bits -= shift;
        range = (rest << shift) - 1;
        return bit;
    }

    boolean flag() throws Vp8Exception {
        return bit(EVEN) != 0;
    }

    /** Reads an unsigned number, its highest bit first. */
    int number(int count) throws Vp8Exception {
        int number = 0;
        for (int i = 0; i < count; i++) {
            number = number << 1 | bit(EVEN);
        }
        return number;
    }

    /** Reads a magnitude and then its sign. */
    int signed(int count) throws Vp8Exception {
        int magnitude = number(count);
        return flag() ? -magnitude : magnitude;
    }

    /** Reads a signed number that is preceded by a flag, 0 where the flag is not set. */
    int optional(int count) throws Vp8Exception {
        return flag() ? signed(count) : 0;
    }

    private void load() throws Vp8Exception {
        if (end - position >= 6) {
            for (int i = 0; i < 6; i++) {
                value = value << 8 | (bytes[position++] & 0xFF);
            }
            bits += 48;
        } else if (position < end) {
            value = value << 8 | (bytes[position++] & 0xFF);
            bits += 8;
        } else {
            throw new Vp8Exception("a partition ends early");
        }
    }
}
