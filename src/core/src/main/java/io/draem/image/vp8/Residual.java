package io.draem.image.vp8;

import java.util.Arrays;

/**
 * The coefficients of one macroblock at a time: reads and dequantizes them (RFC 6386, sections 13 and 14), and adds
 * their inverse transform to the predicted samples.
 */
final class Residual {

    private static final int LUMA_AFTER_DC = 0;
    private static final int LUMA_DC = 1;
    private static final int CHROMA = 2;
    private static final int LUMA_WITH_DC = 3;
    private static final int CONTEXTS = 9; // of a macroblock: 4 of luma, 2 and 2 of chroma, 1 of luma's DC
    private static final int DC_CONTEXT = 8;
    private static final int[] BANDS = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0};
    private static final int[] ZIGZAG = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
    private static final int[][] LARGE_COEFFICIENTS = {
        {173, 148, 140},
        {176, 155, 140, 135},
        {180, 157, 141, 134, 130},
        {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}
    };

    private final int[] probabilities;
    private final byte[] nonZeroAbove;
    private final byte[] nonZeroLeft = new byte[CONTEXTS];
    private final short[] coefficients = new short[25 * 16]; // 16 blocks of luma, 8 of chroma, luma's DC
    private final short[] dc = new short[16];
    private final int[] lastCoefficient = new int[24];

    Residual(int[] probabilities, int columns) {
        this.probabilities = probabilities;
        this.nonZeroAbove = new byte[CONTEXTS * columns];
    }

    void startRow() {
        Arrays.fill(nonZeroLeft, (byte) 0);
    }

    /** Takes a macroblock without coefficients; one with a mode per block has no DC block and keeps that context. */
    void skip(int column, boolean blockwise) {
        int kept = blockwise ? DC_CONTEXT : CONTEXTS;
        Arrays.fill(nonZeroAbove, CONTEXTS * column, CONTEXTS * column + kept, (byte) 0);
        Arrays.fill(nonZeroLeft, 0, kept, (byte) 0);
        Arrays.fill(lastCoefficient, 0);
    }

    /**
     * Reads the coefficients of a macroblock.
     *
     * @param blockwise whether each block of luma contains its DC coefficient, instead of a block for all of them
     * @param step quantizer steps: DC and AC of luma, of luma's DC, of chroma
     * @return whether one of them is not zero
     */
    boolean read(BoolReader tokens, int column, boolean blockwise, int[] step) throws Vp8Exception {
        Arrays.fill(coefficients, (short) 0);
        int contexts = CONTEXTS * column;
        int plane = LUMA_WITH_DC;
        int first = 0;
        if (!blockwise) {
            Arrays.fill(dc, (short) 0);
            int context = nonZeroAbove[contexts + DC_CONTEXT] + nonZeroLeft[DC_CONTEXT];
            int count = readBlock(tokens, LUMA_DC, context, 0, step[2], step[3], dc, 0);
            nonZeroAbove[contexts + DC_CONTEXT] = nonZeroLeft[DC_CONTEXT] = (byte) (count > 0 ? 1 : 0);
            Transform.walshHadamard(dc, coefficients);
            plane = LUMA_AFTER_DC;
            first = 1;
        }
        boolean coded = false;
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                coded |= readBlock(tokens, plane, contexts + x, y, 4 * y + x, first, step[0], step[1]);
            }
        }
        for (int chroma = 0; chroma < 2; chroma++) {
            int context = 4 + 2 * chroma;
            for (int y = 0; y < 2; y++) {
                for (int x = 0; x < 2; x++) {
                    int block = 16 + 4 * chroma + 2 * y + x;
                    int above = contexts + context + x;
                    coded |= readBlock(tokens, CHROMA, above, context + y, block, 0, step[4], step[5]);
                }
            }
        }
        return coded;
    }

    /** Adds the inverse transform of a block to the samples of its 4x4 block, the first of which is at that index. */
    void add(int block, Plane plane, int at) {
        if (lastCoefficient[block] > 1) {
            Transform.add(coefficients, 16 * block, plane, at);
        } else if (lastCoefficient[block] == 1) {
            Transform.addDc(coefficients[16 * block], plane, at);
        }
    }

    private boolean readBlock(
            BoolReader tokens, int plane, int above, int left, int block, int first, int dcStep, int acStep)
            throws Vp8Exception {
        int context = nonZeroAbove[above] + nonZeroLeft[left];
        int count = readBlock(tokens, plane, context, first, dcStep, acStep, coefficients, 16 * block);
        nonZeroAbove[above] = nonZeroLeft[left] = (byte) (count > first ? 1 : 0);
        lastCoefficient[block] = count > 1 ? count : coefficients[16 * block] != 0 ? 1 : 0;
        return lastCoefficient[block] > 0;
    }

    /** Reads the coefficients of a block; returns the index after the last one (at least {@code first}). */
    private int readBlock(
            BoolReader tokens, int plane, int context, int first, int dcStep, int acStep, short[] target, int offset)
            throws Vp8Exception {
        int[] p = probabilities;
        int base = plane * 8 * 33;
        int index = first;
        int at = base + BANDS[index] * 33 + context * 11;
        while (index < 16) {
            if (tokens.bit(p[at]) == 0) {
                return index;
            }
            while (tokens.bit(p[at + 1]) == 0) {
                if (++index == 16) {
                    return 16;
                }
                at = base + BANDS[index] * 33;
            }
            int next = base + BANDS[index + 1] * 33;
            int value;
            if (tokens.bit(p[at + 2]) == 0) {
                value = 1;
                at = next + 11;
            } else {
                value = readLargeValue(tokens, at);
                at = next + 22;
            }
            int signed = tokens.flag() ? -value : value;
            target[offset + ZIGZAG[index]] = (short) (signed * (index > 0 ? acStep : dcStep));
            index++;
        }
        return 16;
    }

    private int readLargeValue(BoolReader tokens, int at) throws Vp8Exception {
        int[] p = probabilities;
        if (tokens.bit(p[at + 3]) == 0) {
            return tokens.bit(p[at + 4]) == 0 ? 2 : 3 + tokens.bit(p[at + 5]);
        }
        if (tokens.bit(p[at + 6]) == 0) {
            if (tokens.bit(p[at + 7]) == 0) {
                return 5 + tokens.bit(159);
            }
            return 7 + 2 * tokens.bit(165) + tokens.bit(145);
        }
        int high = tokens.bit(p[at + 8]);
        int category = 2 * high + tokens.bit(p[at + 9 + high]);
        int value = 0;
        for (int probability : LARGE_COEFFICIENTS[category]) {
            value = 2 * value + tokens.bit(probability);
        }
        return value + 3 + (8 << category);
    }
}
