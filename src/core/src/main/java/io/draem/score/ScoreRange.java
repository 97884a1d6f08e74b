package io.draem.score;

/**
 * The values that image scores, anomaly maps and their thresholds can have: probabilities, 0 to 1. A float16 graph
 * rounds to steps of {@value #TOLERANCE} there, so values up to one step outside count as within.
 */
public final class ScoreRange {

    /** Distance between 1 and the next larger float16. */
    public static final float TOLERANCE = 0x1p-10f;

    private ScoreRange() {}

    /** Returns whether a value is a number from 0 to 1; NaN is not. */
    public static boolean contains(double value) {
        return value >= -TOLERANCE && value <= 1 + TOLERANCE;
    }

    /** Returns 0 or 1 for a value that rounding has put just outside, any other value as it is. */
    public static float clamped(float value) {
        return contains(value) ? Math.min(1, Math.max(0, value)) : value;
    }

    /** Returns whether every value is a number from 0 to 1. */
    public static boolean containsAll(float[] values) {
        int largest = 0;
        int mostNegative = Integer.MIN_VALUE;
        for (float value : values) {
            // As integers without the sign, numbers keep their order and NaN is larger than all of them; with the sign
            // inverted, numbers below 0 are those that are not negative. This loop vectorizes.
            int bits = Float.floatToRawIntBits(value);
            largest = Math.max(largest, bits & Integer.MAX_VALUE);
            mostNegative = Math.max(mostNegative, bits ^ Integer.MIN_VALUE);
        }
        return largest <= Float.floatToRawIntBits(1 + TOLERANCE) && mostNegative <= Float.floatToRawIntBits(TOLERANCE);
    }

    /**
     * Returns the first value that is not a number from 0 to 1.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static float firstOutside(float[] values) {
        for (float value : values) {
            if (!contains(value)) {
                return value;
            }
        }
        throw new IllegalArgumentException("All " + values.length + " values are within 0 and 1");
    }
}
