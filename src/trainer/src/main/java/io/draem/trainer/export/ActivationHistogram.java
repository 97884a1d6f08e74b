package io.draem.trainer.export;

import java.nio.FloatBuffer;

/**
 * How often an activation had which value, in bins of equal width that double when a value lies outside.
 */
final class ActivationHistogram {

    /** For each sign. */
    private static final int BINS = 2048;

    private final long[] counts = new long[2 * BINS]; // negative values first
    private float limit = 0x1p-20f;
    private float min;
    private float max;

    /** Counts values. */
    void accept(FloatBuffer values) {
        while (values.hasRemaining()) {
            float value = values.get();
            if (value == 0) {
                continue; // a level of its own in any range
            }
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("An activation is " + value + ": the weights are not usable");
            }
            while (Math.abs(value) >= limit) {
                widen();
            }
            min = Math.min(min, value);
            max = Math.max(max, value);
            counts[(int) (BINS + Math.floor(value / limit * BINS))]++;
        }
    }

    /** Returns the largest magnitude. */
    float largest() {
        return Math.max(max, -min);
    }

    /**
     * Returns the range, cut off above, whose 256 levels give the smallest mean square error: between the levels it is a
     * twelfth of the squared distance, beyond the last one the squared distance to it.
     */
    ActivationRange range() {
        ActivationRange best = new ActivationRange(min, max);
        double smallest = Double.POSITIVE_INFINITY;
        for (int step = 100; step >= 20; step--) {
            ActivationRange candidate = new ActivationRange(min * step / 100, max * step / 100);
            double error = error(candidate);
            if (error < smallest) {
                smallest = error;
                best = candidate;
            }
        }
        return best;
    }

    private double error(ActivationRange range) {
        double between = (double) range.scale() * range.scale() / 12;
        double width = (double) limit / BINS;
        double sum = 0;
        for (int bin = 0; bin < counts.length; bin++) {
            if (counts[bin] > 0) {
                double value = (bin - BINS + 0.5) * width;
                double beyond = Math.max(0, Math.max(value - range.max(), range.min() - value));
                sum += counts[bin] * (beyond > 0 ? beyond * beyond : between);
            }
        }
        return sum;
    }

    private void widen() {
        for (int half = 0; half < BINS; half++) {
            // outwards from zero, so that no count is overwritten before it is read
            int positive = BINS + half;
            int negative = BINS - 1 - half;
            boolean inside = half < BINS / 2;
            counts[positive] = inside ? counts[BINS + 2 * half] + counts[BINS + 2 * half + 1] : 0;
            counts[negative] = inside ? counts[BINS - 1 - 2 * half] + counts[BINS - 2 - 2 * half] : 0;
        }
        limit *= 2;
    }
}
