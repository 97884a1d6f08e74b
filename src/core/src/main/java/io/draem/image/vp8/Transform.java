package io.draem.image.vp8;

/** The inverse transforms of a block's coefficients (RFC 6386, section 14). */
final class Transform {

    private Transform() {}

    /**
     * Spreads the 4x4 DC coefficients of a macroblock over its blocks.
     *
     * @param dc transformed DC coefficients
     * @param coefficients of the macroblock, 16 per block; the first of each block is set
     */
    static void walshHadamard(short[] dc, short[] coefficients) {
        int[] columns = new int[16];
        for (int i = 0; i < 4; i++) {
            int outer = dc[i] + dc[12 + i];
            int inner = dc[4 + i] + dc[8 + i];
            int innerDifference = dc[4 + i] - dc[8 + i];
            int outerDifference = dc[i] - dc[12 + i];
            columns[i] = outer + inner;
            columns[8 + i] = outer - inner;
            columns[4 + i] = outerDifference + innerDifference;
            columns[12 + i] = outerDifference - innerDifference;
        }
        for (int i = 0; i < 4; i++) {
            int first = columns[4 * i] + 3;
            int outer = first + columns[4 * i + 3];
            int inner = columns[4 * i + 1] + columns[4 * i + 2];
            int innerDifference = columns[4 * i + 1] - columns[4 * i + 2];
            int outerDifference = first - columns[4 * i + 3];
            int block = 64 * i;
            coefficients[block] = (short) ((outer + inner) >> 3);
            coefficients[block + 16] = (short) ((outerDifference + innerDifference) >> 3);
            coefficients[block + 32] = (short) ((outer - inner) >> 3);
            coefficients[block + 48] = (short) ((outerDifference - innerDifference) >> 3);
        }
    }

    /** Adds the inverse cosine transform of 16 coefficients to a 4x4 block. */
    static void add(short[] coefficients, int from, Plane plane, int at) {
        int[] columns = new int[16];
        for (int i = 0; i < 4; i++) {
            int first = coefficients[from + i];
            int second = coefficients[from + 4 + i];
            int third = coefficients[from + 8 + i];
            int fourth = coefficients[from + 12 + i];
            int a = first + third;
            int b = first - third;
            int c = sine(second) - cosine(fourth);
            int d = cosine(second) + sine(fourth);
            columns[4 * i] = a + d;
            columns[4 * i + 1] = b + c;
            columns[4 * i + 2] = b - c;
            columns[4 * i + 3] = a - d;
        }
        for (int i = 0; i < 4; i++) {
            int first = columns[i] + 4;
            int a = first + columns[8 + i];
            int b = first - columns[8 + i];
            int c = sine(columns[4 + i]) - cosine(columns[12 + i]);
            int d = cosine(columns[4 + i]) + sine(columns[12 + i]);
            int row = at + i * plane.stride;
            add(plane.samples, row, (a + d) >> 3);
            add(plane.samples, row + 1, (b + c) >> 3);
            add(plane.samples, row + 2, (b - c) >> 3);
            add(plane.samples, row + 3, (a - d) >> 3);
        }
    }

    /** Adds the inverse transform of a DC coefficient alone. */
    static void addDc(int coefficient, Plane plane, int at) {
        int change = (coefficient + 4) >> 3;
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                add(plane.samples, at + y * plane.stride + x, change);
            }
        }
    }

    private static void add(byte[] samples, int at, int change) {
        samples[at] = (byte) Math.max(0, Math.min(255, (samples[at] & 0xFF) + change));
    }

    private static int cosine(int value) {
        return ((value * 20091) >> 16) + value;
    }

    private static int sine(int value) {
        return (value * 35468) >> 16;
    }
}
