package io.draem.image.vp8;

import java.util.Arrays;

/**
 * Reads segment and prediction modes of the macroblocks of a frame, in reading order (RFC 6386, sections 10 and 11).
 */
final class MacroblockModes {

    /** A mode of luma: each 4x4 block has a mode of its own. */
    static final int BLOCKWISE = 4;

    private final FrameHeader header;
    private final BoolReader reader;
    private final byte[] above;
    private final byte[] left = new byte[4];

    /** Segment of the macroblock that was read last. */
    int segment;

    /** Whether it has no coefficients. */
    boolean skipped;

    /** Its mode of luma, one of {@link Prediction} or {@link #BLOCKWISE}. */
    int luma;

    /** Its mode of chroma, one of {@link Prediction}. */
    int chroma;

    /** Modes of its blocks of luma, where that is {@link #BLOCKWISE}. */
    final byte[] blocks = new byte[16];

    MacroblockModes(FrameHeader header, int columns) {
        this.header = header;
        this.reader = header.modes;
        this.above = new byte[4 * columns];
    }

    void startRow() {
        Arrays.fill(left, (byte) Prediction.DC);
    }

    void read(int column) throws Vp8Exception {
        if (header.segmentMap) {
            int[] tree = header.segmentTree;
            segment = reader.bit(tree[0]) == 0 ? reader.bit(tree[1]) : 2 + reader.bit(tree[2]);
        }
        skipped = header.skips && reader.bit(header.skipProbability) != 0;
        luma = readLuma(column);
        chroma = readChroma();
    }

    private int readLuma(int column) throws Vp8Exception {
        if (reader.bit(145) != 0) {
            int mode = reader.bit(156) != 0
                    ? reader.bit(128) != 0 ? Prediction.TRUE_MOTION : Prediction.HORIZONTAL
                    : reader.bit(163) != 0 ? Prediction.VERTICAL : Prediction.DC;
            Arrays.fill(above, 4 * column, 4 * column + 4, (byte) mode);
            Arrays.fill(left, (byte) mode);
            return mode;
        }
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                int mode = readBlock(9 * (10 * above[4 * column + x] + left[y]));
                blocks[4 * y + x] = (byte) mode;
                above[4 * column + x] = (byte) mode;
                left[y] = (byte) mode;
            }
        }
        return BLOCKWISE;
    }

    /** Reads the mode of a 4x4 block; its tree of probabilities starts at that index. */
    private int readBlock(int at) throws Vp8Exception {
        int[] tree = Vp8Tables.BLOCK_MODES;
        if (reader.bit(tree[at]) == 0) {
            return Prediction.DC;
        }
        if (reader.bit(tree[at + 1]) == 0) {
            return Prediction.TRUE_MOTION;
        }
        if (reader.bit(tree[at + 2]) == 0) {
            return Prediction.VERTICAL;
        }
        if (reader.bit(tree[at + 3]) == 0) {
            if (reader.bit(tree[at + 4]) == 0) {
                return Prediction.HORIZONTAL;
            }
            return reader.bit(tree[at + 5]) == 0 ? Prediction.RIGHT_DOWN : Prediction.VERTICAL_RIGHT;
        }
        if (reader.bit(tree[at + 6]) == 0) {
            return Prediction.LEFT_DOWN;
        }
        if (reader.bit(tree[at + 7]) == 0) {
            return Prediction.VERTICAL_LEFT;
        }
        return reader.bit(tree[at + 8]) == 0 ? Prediction.HORIZONTAL_DOWN : Prediction.HORIZONTAL_UP;
    }

    private int readChroma() throws Vp8Exception {
        if (reader.bit(142) == 0) {
            return Prediction.DC;
        }
        if (reader.bit(114) == 0) {
            return Prediction.VERTICAL;
        }
        return reader.bit(183) != 0 ? Prediction.TRUE_MOTION : Prediction.HORIZONTAL;
    }
}
