package io.draem.image.vp8;

/**
 * The header of a key frame (RFC 6386, section 9): its size, segments, loop filter, quantizer steps, coefficient
 * probabilities and partitions.
 */
final class FrameHeader {

    private static final int FIXED_BYTES = 10;
    private static final int START_CODE = 0x2A019D;
    private static final int SEGMENTS = 4;

    private final byte[] bytes;
    private final int end;

    final int width;
    final int height;

    /** The first partition; after the header it holds the modes of the macroblocks. */
    final BoolReader modes;

    /** The partitions of coefficients; rows of macroblocks use them in rotation. */
    final BoolReader[] tokens;

    // Segments
    private boolean segmented;
    private boolean absolute;
    private final int[] segmentQuantizers = new int[SEGMENTS];
    private final int[] segmentFilters = new int[SEGMENTS];
    boolean segmentMap;
    final int[] segmentTree = {255, 255, 255};

    // Loop filter
    boolean simpleFilter;
    int filterLevel;
    int sharpness;
    private int intraDelta;
    private int blockwiseDelta;

    // Coefficients
    final int[][] steps = new int[SEGMENTS][]; // DC and AC of luma, of luma's DC, of chroma
    final int[] probabilities = Vp8Tables.COEFFICIENTS.clone();
    boolean skips;
    int skipProbability;

    /**
     * Reads the header of a frame.
     *
     * @param bytes contains the frame
     * @param start index of its first byte
     * @param end index after its last byte
     * @throws Vp8Exception if the header is broken or ends early
     */
    FrameHeader(byte[] bytes, int start, int end) throws Vp8Exception {
        this.bytes = bytes;
        this.end = end;
        if (end - start < FIXED_BYTES) {
            throw new Vp8Exception("its frame header ends early");
        }
        int tag = uint24(start);
        boolean key = (tag & 1) == 0;
        boolean known = (tag >> 1 & 7) <= 3;
        boolean shown = (tag >> 4 & 1) == 1;
        if (!key || !known || !shown || uint24(start + 3) != START_CODE) {
            throw new Vp8Exception("its frame is not a visible key frame");
        }
        this.width = uint16(start + 6) & 0x3FFF;
        this.height = uint16(start + 8) & 0x3FFF;
        if (width == 0 || height == 0) {
            throw new Vp8Exception("its frame has no pixel");
        }
        int first = start + FIXED_BYTES;
        int length = tag >> 5;
        if (length > end - first) {
            throw new Vp8Exception("a partition ends early");
        }
        this.modes = new BoolReader(bytes, first, first + length);
        readSegments();
        readFilter();
        this.tokens = tokens(first + length, 1 << modes.number(2));
        readSteps();
        readProbabilities();
    }

    /** Returns the level of the loop filter for a macroblock, 0 for none. */
    int filterLevel(int segment, boolean blockwise) {
        int level =
                !segmented ? filterLevel : absolute ? segmentFilters[segment] : filterLevel + segmentFilters[segment];
        level += intraDelta + (blockwise ? blockwiseDelta : 0);
        return clamped(level, 63);
    }

    private void readSegments() throws Vp8Exception {
        modes.flag(); // color space: libwebp ignores it
        modes.flag(); // clamping: as above
        segmented = modes.flag();
        if (!segmented) {
            return;
        }
        segmentMap = modes.flag();
        if (modes.flag()) {
            absolute = modes.flag();
            for (int i = 0; i < SEGMENTS; i++) {
                segmentQuantizers[i] = modes.optional(7);
            }
            for (int i = 0; i < SEGMENTS; i++) {
                segmentFilters[i] = modes.optional(6);
            }
        }
        if (segmentMap) {
            for (int i = 0; i < segmentTree.length; i++) {
                segmentTree[i] = modes.flag() ? modes.number(8) : 255;
            }
        }
    }

    private void readFilter() throws Vp8Exception {
        simpleFilter = modes.flag();
        filterLevel = modes.number(6);
        sharpness = modes.number(3);
        boolean adjusted = modes.flag();
        boolean updated = adjusted && modes.flag();
        if (updated) {
            int[] deltas = new int[8]; // 4 by reference frame, of which key frames use the first, then 4 by mode
            for (int i = 0; i < deltas.length; i++) {
                deltas[i] = modes.optional(6);
            }
            intraDelta = deltas[0];
            blockwiseDelta = deltas[4];
        }
    }

    private BoolReader[] tokens(int sizes, int count) throws Vp8Exception {
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
        int base = modes.number(7);
        int lumaDc = modes.optional(4);
        int dcDc = modes.optional(4);
        int dcAc = modes.optional(4);
        int chromaDc = modes.optional(4);
        int chromaAc = modes.optional(4);
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
        modes.flag(); // whether later frames use them too
        for (int i = 0; i < probabilities.length; i++) {
            if (modes.bit(Vp8Tables.COEFFICIENT_UPDATES[i]) != 0) {
                probabilities[i] = modes.number(8);
            }
        }
        skips = modes.flag();
        skipProbability = skips ? modes.number(8) : 0;
    }

    private static int clamped(int value, int max) {
        return Math.max(0, Math.min(max, value));
    }

    private int uint16(int at) {
        return (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8;
    }

    private int uint24(int at) {
        return uint16(at) | (bytes[at + 2] & 0xFF) << 16;
    }
}
