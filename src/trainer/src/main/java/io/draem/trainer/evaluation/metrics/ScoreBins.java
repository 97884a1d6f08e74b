package io.draem.trainer.evaluation.metrics;

/**
 * Sorts map values, 0 to 1, into a fixed number of bins in ascending order. They are narrow, in proportion, near 0 and
 * near 1, where the values of a well-trained network concentrate, and 5e-7 wide around a half, where those of an uncertain
 * one do.
 *
 * <p>A bin is the leading bits of the float32 form of the distance to the nearer end, which is exact for both: the value
 * itself below a half, {@code 1 - value} from there on. Values beyond the range, as a lower precision may give, go to the
 * end bins.
 */
final class ScoreBins {

    private static final int MANTISSA_BITS = 23;

    /** Exponent of 2^-48: what is nearer to an end shares its bin. */
    private static final int NEAREST = 127 - 48;

    /** Exponent of a half, the largest distance there is. */
    private static final int HALF = 127 - 1;

    /** For each exponent, the number of mantissa bits that distinguish bins, and its first bin. */
    private static final int[] BITS = new int[HALF + 1];

    private static final int[] FIRST = new int[HALF + 1];

    private static final int SIDE;
    static final int COUNT;

    static {
        int next = 1;
        for (int exponent = NEAREST; exponent <= HALF; exponent++) {
            BITS[exponent] = bits(HALF - exponent);
            FIRST[exponent] = next;
            next += 1 << BITS[exponent];
        }
        SIDE = next;
        COUNT = 2 * SIDE;
    }

    private ScoreBins() {}

    /**
     * Returns the bin of a value.
     *
     * @throws IllegalArgumentException if it is not a number
     */
    static int of(float value) {
        if (value < 0.5f) {
            return fromEnd(value);
        }
        LabelledScores.requireNumber(value);
        return COUNT - 1 - fromEnd(1 - value);
    }

    /** Returns a threshold that all values of the bin are strictly above, and those of lower bins are not. */
    static double below(int bin) {
        if (bin < SIDE) {
            return Math.nextDown(bin == 0 ? 0f : (float) distance(bin));
        }
        int next = COUNT - bin; // the bin before, seen from the end at 1
        return next == SIDE ? Math.nextDown(0.5f) : 1 - distance(next);
    }

    /** Returns the number of bits that distinguish bins of a power of two, by the number of powers below a half. */
    private static int bits(int below) {
        return switch (below) {
            case 0 -> 0;
            case 1 -> 19;
            case 2, 3 -> 16;
            default -> below < 24 ? 14 : 10;
        };
    }

    private static int fromEnd(float distance) {
        int bits = Float.floatToRawIntBits(distance);
        int exponent = bits >> MANTISSA_BITS; // negative for what is beyond the end
        if (exponent < NEAREST) {
            return 0;
        }
        return FIRST[exponent] + ((bits & (1 << MANTISSA_BITS) - 1) >> MANTISSA_BITS - BITS[exponent]);
    }

    /** Returns the smallest distance from the end in a bin, which is not the end bin. */
    private static double distance(int fromEnd) {
        int exponent = NEAREST;
        while (exponent < HALF && FIRST[exponent + 1] <= fromEnd) {
            exponent++;
        }
        int mantissa = fromEnd - FIRST[exponent] << MANTISSA_BITS - BITS[exponent];
        return Float.intBitsToFloat(exponent << MANTISSA_BITS | mantissa);
    }
}
