package io.draem.image.vp8;

import java.util.Arrays;

/**
 * Decodes one VP8 key frame: the lossy form of WebP.
 *
 * <p>Pixels equal those of libwebp with its defaults. A frame whose data ends early is refused, never half decoded.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6386">RFC 6386</a>
 */
public final class Vp8Decoder {

    private static final int HEADER_BYTES = 10;
    private static final int SEGMENTS = 4;
    private static final int BLOCKWISE = 4; // a mode of luma: each 4x4 block has a mode of its own
    private static final int LUMA_BEHIND_DC = 0;
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

    private final byte[] bytes;
    private final int end;
    private final int width;
    private final int height;
    private final int columns;
    private final int rows;
    private final BoolReader header;
    private final BoolReader[] partitions;

    // Segments
    private boolean segmented;
    private boolean segmentMap;
    private boolean absolute;
    private final int[] segmentQuantizers = new int[SEGMENTS];
    private final int[] segmentFilters = new int[SEGMENTS];
    private final int[] segmentTree = {255, 255, 255};

    // Loop filter
    private boolean simpleFilter;
    private int filterLevel;
    private int sharpness;
    private int intraDelta;
    private int blockwiseDelta;

    // Coefficients
    private final int[][] steps = new int[SEGMENTS][6]; // DC and AC of luma, of luma's DC, of chroma
    private final int[] probabilities = Vp8Tables.COEFFICIENTS.clone();
    private boolean skips;
    private int skipProbability;

    // Of the macroblocks
    private final byte[] filterLevels;
    private final boolean[] filtersInside;
    private final byte[] modesAbove;
    private final byte[] modesLeft = new byte[4];
    private final byte[] nonZeroAbove;
    private final byte[] nonZeroLeft = new byte[CONTEXTS];
    private final byte[] modes = new byte[16];
    private final short[] coefficients = new short[25 * 16]; // 16 blocks of luma, 8 of chroma, luma's DC
    private final short[] dc = new short[16];
    private final int[] lastCoefficient = new int[24];
    private final int[] above = new int[8];

    private final Plane luma;
    private final Plane blue;
    private final Plane red;

    private Vp8Decoder(byte[] bytes, int start, int end) throws Vp8Exception {
        this.bytes = bytes;
        this.end = end;
        if (end - start < HEADER_BYTES) {
            throw new Vp8Exception("its frame header ends early");
        }
        int tag = uint24(start);
        boolean key = (tag & 1) == 0;
        boolean known = (tag >> 1 & 7) <= 3;
        boolean shown = (tag >> 4 & 1) == 1;
        if (!key || !known || !shown || uint24(start + 3) != 0x2A019D) {
            throw new Vp8Exception("its frame is not a picture");
        }
        this.width = uint16(start + 6) & 0x3FFF;
        this.height = uint16(start + 8) & 0x3FFF;
        if (width == 0 || height == 0) {
            throw new Vp8Exception("its frame has no pixel");
        }
        this.columns = (width + 15) / 16;
        this.rows = (height + 15) / 16;
        int first = start + HEADER_BYTES;
        int length = tag >> 5;
        if (length > end - first) {
            throw new Vp8Exception("a partition ends early");
        }
        this.header = new BoolReader(bytes, first, first + length);
        readSegments();
        readFilter();
        this.partitions = partitions(first + length, 1 << header.number(2));
        readSteps();
        readProbabilities();

        int macroblocks = columns * rows;
        this.filterLevels = new byte[macroblocks];
        this.filtersInside = new boolean[macroblocks];
        this.modesAbove = new byte[4 * columns];
        this.nonZeroAbove = new byte[CONTEXTS * columns];
        this.luma = new Plane(16 * columns, 16 * rows);
        this.blue = new Plane(8 * columns, 8 * rows);
        this.red = new Plane(8 * columns, 8 * rows);
    }

    /**
     * Decodes a frame.
     *
     * @param bytes contains the frame, which is the content of a {@code VP8} chunk
     * @param start index of its first byte
     * @param end index behind its last byte
     * @return RGB, interleaved, rows from the top, of the size in the frame's header
     * @throws Vp8Exception if the frame is broken
     */
    public static byte[] decode(byte[] bytes, int start, int end) throws Vp8Exception {
        Vp8Decoder decoder = new Vp8Decoder(bytes, start, end);
        decoder.reconstruct();
        if (decoder.filterLevel > 0) {
            decoder.filter();
        }
        return YuvToRgb.convert(decoder.luma, decoder.blue, decoder.red, decoder.width, decoder.height);
    }

    private void readSegments() throws Vp8Exception {
        header.flag(); // color space: libwebp ignores it
        header.flag(); // clamping: as above
        segmented = header.flag();
        if (!segmented) {
            return;
        }
        segmentMap = header.flag();
        if (header.flag()) {
            absolute = header.flag();
            for (int i = 0; i < SEGMENTS; i++) {
                segmentQuantizers[i] = header.optional(7);
            }
            for (int i = 0; i < SEGMENTS; i++) {
                segmentFilters[i] = header.optional(6);
            }
        }
        if (segmentMap) {
            for (int i = 0; i < segmentTree.length; i++) {
                segmentTree[i] = header.flag() ? header.number(8) : 255;
            }
        }
    }

    private void readFilter() throws Vp8Exception {
        simpleFilter = header.flag();
        filterLevel = header.number(6);
        sharpness = header.number(3);
        boolean adjusted = header.flag();
        boolean updated = adjusted && header.flag();
        if (updated) {
            int[] deltas = new int[8]; // by reference frame, of which key frames have one, then by mode
            for (int i = 0; i < deltas.length; i++) {
                deltas[i] = header.optional(6);
            }
            intraDelta = deltas[0];
            blockwiseDelta = deltas[4];
        }
    }

    private BoolReader[] partitions(int sizes, int count) throws Vp8Exception {
        BoolReader[] readers = new BoolReader[count];
        long start = sizes + 3L * (count - 1);
        for (int i = 0; i < count; i++) {
            if (start > end) {
                throw new Vp8Exception("a partition ends early");
            }
            long length = i < count - 1 ? uint24(sizes + 3 * i) : end - start;
            if (length > end - start) {
                throw new Vp8Exception("a partition ends early");
            }
            readers[i] = new BoolReader(bytes, (int) start, (int) (start + length));
            start += length;
        }
        return readers;
    }

    private void readSteps() throws Vp8Exception {
        int base = header.number(7);
        int lumaDc = header.optional(4);
        int dcDc = header.optional(4);
        int dcAc = header.optional(4);
        int chromaDc = header.optional(4);
        int chromaAc = header.optional(4);
        for (int i = 0; i < SEGMENTS; i++) {
            int index = !segmented ? base : absolute ? segmentQuantizers[i] : base + segmentQuantizers[i];
            steps[i] = new int[] {
                Vp8Tables.DC_STEPS[clamped(index + lumaDc, 127)],
                Vp8Tables.AC_STEPS[clamped(index, 127)],
                2 * Vp8Tables.DC_STEPS[clamped(index + dcDc, 127)],
                Math.max(8, Vp8Tables.AC_STEPS[clamped(index + dcAc, 127)] * 155 / 100),
                Vp8Tables.DC_STEPS[clamped(index + chromaDc, 117)],
                Vp8Tables.AC_STEPS[clamped(index + chromaAc, 127)]
            };
        }
    }

    private void readProbabilities() throws Vp8Exception {
        header.flag(); // whether they serve later frames too
        for (int i = 0; i < probabilities.length; i++) {
            if (header.bit(Vp8Tables.COEFFICIENT_UPDATES[i]) != 0) {
                probabilities[i] = header.number(8);
            }
        }
        skips = header.flag();
        skipProbability = skips ? header.number(8) : 0;
    }

    private void reconstruct() throws Vp8Exception {
        for (int row = 0; row < rows; row++) {
            BoolReader tokens = partitions[row & (partitions.length - 1)];
            Arrays.fill(modesLeft, (byte) Prediction.DC);
            Arrays.fill(nonZeroLeft, (byte) 0);
            for (int column = 0; column < columns; column++) {
                macroblock(tokens, column, row);
            }
        }
    }

    private void macroblock(BoolReader tokens, int column, int row) throws Vp8Exception {
        int segment = 0;
        if (segmentMap) {
            segment = header.bit(segmentTree[0]) == 0 ? header.bit(segmentTree[1]) : 2 + header.bit(segmentTree[2]);
        }
        boolean skipped = skips && header.bit(skipProbability) != 0;
        int lumaMode = lumaMode(column);
        int chromaMode = chromaMode();
        boolean coded = false;
        if (skipped) {
            int dcAbove = nonZeroAbove[CONTEXTS * column + DC_CONTEXT];
            int dcLeft = nonZeroLeft[DC_CONTEXT];
            Arrays.fill(nonZeroAbove, CONTEXTS * column, CONTEXTS * (column + 1), (byte) 0);
            Arrays.fill(nonZeroLeft, (byte) 0);
            if (lumaMode == BLOCKWISE) {
                nonZeroAbove[CONTEXTS * column + DC_CONTEXT] = (byte) dcAbove;
                nonZeroLeft[DC_CONTEXT] = (byte) dcLeft;
            }
            Arrays.fill(lastCoefficient, 0);
        } else {
            coded = readCoefficients(tokens, column, lumaMode == BLOCKWISE, steps[segment]);
        }
        if (lumaMode == BLOCKWISE) {
            predictBlockwise(column, row);
        } else {
            int at = luma.at(16 * column, 16 * row);
            Prediction.block(luma, at, 16, lumaMode, row > 0, column > 0);
            for (int block = 0; block < 16; block++) {
                addCoefficients(block, luma, at + 4 * (block & 3) + 4 * (block >> 2) * luma.stride);
            }
        }
        chroma(blue, 16, chromaMode, column, row);
        chroma(red, 20, chromaMode, column, row);
        if (filterLevel > 0) {
            int index = row * columns + column;
            filterLevels[index] = (byte) filterLevel(segment, lumaMode == BLOCKWISE);
            filtersInside[index] = coded || lumaMode == BLOCKWISE;
        }
    }

    /** Reads the mode of luma, and those of its blocks where they have their own. */
    private int lumaMode(int column) throws Vp8Exception {
        if (header.bit(145) != 0) {
            int mode = header.bit(156) != 0
                    ? header.bit(128) != 0 ? Prediction.TRUE_MOTION : Prediction.HORIZONTAL
                    : header.bit(163) != 0 ? Prediction.VERTICAL : Prediction.DC;
            Arrays.fill(modesAbove, 4 * column, 4 * column + 4, (byte) mode);
            Arrays.fill(modesLeft, (byte) mode);
            return mode;
        }
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                int mode = blockMode(9 * (10 * modesAbove[4 * column + x] + modesLeft[y]));
                modes[4 * y + x] = (byte) mode;
                modesAbove[4 * column + x] = (byte) mode;
                modesLeft[y] = (byte) mode;
            }
        }
        return BLOCKWISE;
    }

    private int blockMode(int at) throws Vp8Exception {
        int[] tree = Vp8Tables.BLOCK_MODES;
        if (header.bit(tree[at]) == 0) {
            return Prediction.DC;
        }
        if (header.bit(tree[at + 1]) == 0) {
            return Prediction.TRUE_MOTION;
        }
        if (header.bit(tree[at + 2]) == 0) {
            return Prediction.VERTICAL;
        }
        if (header.bit(tree[at + 3]) == 0) {
            if (header.bit(tree[at + 4]) == 0) {
                return Prediction.HORIZONTAL;
            }
            return header.bit(tree[at + 5]) == 0 ? Prediction.RIGHT_DOWN : Prediction.VERTICAL_RIGHT;
        }
        if (header.bit(tree[at + 6]) == 0) {
            return Prediction.LEFT_DOWN;
        }
        if (header.bit(tree[at + 7]) == 0) {
            return Prediction.VERTICAL_LEFT;
        }
        return header.bit(tree[at + 8]) == 0 ? Prediction.HORIZONTAL_DOWN : Prediction.HORIZONTAL_UP;
    }

    private int chromaMode() throws Vp8Exception {
        if (header.bit(142) == 0) {
            return Prediction.DC;
        }
        if (header.bit(114) == 0) {
            return Prediction.VERTICAL;
        }
        return header.bit(183) != 0 ? Prediction.TRUE_MOTION : Prediction.HORIZONTAL;
    }

    /** Reads the coefficients of a macroblock; returns whether one of them is not zero. */
    private boolean readCoefficients(BoolReader tokens, int column, boolean blockwise, int[] step) throws Vp8Exception {
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
            plane = LUMA_BEHIND_DC;
            first = 1;
        }
        boolean coded = false;
        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                coded |= readBlock(tokens, plane, contexts + x, y, 4 * y + x, first, step[0], step[1]);
            }
        }
        for (int chroma = 0; chroma < 2; chroma++) {
            for (int y = 0; y < 2; y++) {
                for (int x = 0; x < 2; x++) {
                    int context = 4 + 2 * chroma;
                    coded |= readBlock(
                            tokens,
                            CHROMA,
                            contexts + context + x,
                            context + y,
                            16 + 4 * chroma + 2 * y + x,
                            0,
                            step[4],
                            step[5]);
                }
            }
        }
        return coded;
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

    /** Reads the coefficients of a block; returns the index behind the last one (at least {@code first}). */
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
                value = largeValue(tokens, at);
                at = next + 22;
            }
            int signed = tokens.flag() ? -value : value;
            target[offset + ZIGZAG[index]] = (short) (signed * (index > 0 ? acStep : dcStep));
            index++;
        }
        return 16;
    }

    private int largeValue(BoolReader tokens, int at) throws Vp8Exception {
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

    private void predictBlockwise(int column, int row) {
        int stride = luma.stride;
        byte[] samples = luma.samples;
        int corner = luma.at(16 * column, 16 * row);
        int aboveRight = corner - stride + 16;
        for (int block = 0; block < 16; block++) {
            int x = 4 * (block & 3);
            int at = corner + x + 4 * (block >> 2) * stride;
            for (int i = 0; i < 4; i++) {
                above[i] = samples[at - stride + i] & 0xFF;
                if (x < 12) {
                    above[4 + i] = samples[at - stride + 4 + i] & 0xFF;
                } else if (column < columns - 1) {
                    above[4 + i] = samples[aboveRight + i] & 0xFF; // also for the rows below: theirs is not decoded yet
                } else {
                    above[4 + i] = samples[aboveRight - 1] & 0xFF;
                }
            }
            Prediction.block4(luma, at, modes[block], above);
            addCoefficients(block, luma, at);
        }
    }

    private void chroma(Plane plane, int firstBlock, int mode, int column, int row) {
        int at = plane.at(8 * column, 8 * row);
        Prediction.block(plane, at, 8, mode, row > 0, column > 0);
        for (int block = 0; block < 4; block++) {
            addCoefficients(firstBlock + block, plane, at + 4 * (block & 1) + 4 * (block >> 1) * plane.stride);
        }
    }

    private void addCoefficients(int block, Plane plane, int at) {
        if (lastCoefficient[block] > 1) {
            Transform.add(coefficients, 16 * block, plane, at);
        } else if (lastCoefficient[block] == 1) {
            Transform.addDc(coefficients[16 * block], plane, at);
        }
    }

    private int filterLevel(int segment, boolean blockwise) {
        int level =
                !segmented ? filterLevel : absolute ? segmentFilters[segment] : filterLevel + segmentFilters[segment];
        level += intraDelta + (blockwise ? blockwiseDelta : 0);
        return clamped(level, 63);
    }

    private void filter() {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                int index = row * columns + column;
                int level = filterLevels[index];
                if (level > 0) {
                    filter(column, row, level, filtersInside[index]);
                }
            }
        }
    }

    private void filter(int column, int row, int level, boolean inside) {
        int inner = level;
        if (sharpness > 0) {
            inner = Math.min(inner >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
        }
        inner = Math.max(1, inner);
        int limit = 2 * level + inner;
        int variance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
        int at = luma.at(16 * column, 16 * row);
        int stride = luma.stride;
        if (simpleFilter) {
            if (column > 0) {
                LoopFilter.simple(luma, at, stride, 1, 16, limit + 4);
            }
            for (int x = 4; inside && x < 16; x += 4) {
                LoopFilter.simple(luma, at + x, stride, 1, 16, limit);
            }
            if (row > 0) {
                LoopFilter.simple(luma, at, 1, stride, 16, limit + 4);
            }
            for (int y = 4; inside && y < 16; y += 4) {
                LoopFilter.simple(luma, at + y * stride, 1, stride, 16, limit);
            }
            return;
        }
        filter(luma, at, 16, column, row, limit, inner, variance, inside);
        int chroma = blue.at(8 * column, 8 * row);
        filter(blue, chroma, 8, column, row, limit, inner, variance, inside);
        filter(red, chroma, 8, column, row, limit, inner, variance, inside);
    }

    private static void filter(
            Plane plane, int at, int size, int column, int row, int limit, int inner, int variance, boolean inside) {
        int stride = plane.stride;
        if (column > 0) {
            LoopFilter.normal(plane, at, stride, 1, size, limit + 4, inner, variance, false);
        }
        for (int x = 4; inside && x < size; x += 4) {
            LoopFilter.normal(plane, at + x, stride, 1, size, limit, inner, variance, true);
        }
        if (row > 0) {
            LoopFilter.normal(plane, at, 1, stride, size, limit + 4, inner, variance, false);
        }
        for (int y = 4; inside && y < size; y += 4) {
            LoopFilter.normal(plane, at + y * stride, 1, stride, size, limit, inner, variance, true);
        }
    }

    private static int clamped(int value, int most) {
        return Math.max(0, Math.min(most, value));
    }

    private int uint16(int at) {
        return (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8;
    }

    private int uint24(int at) {
        return uint16(at) | (bytes[at + 2] & 0xFF) << 16;
    }
}
