package io.draem.trainer.onnxexport;

/**
 * What 256 levels stand for.
 *
 * @param min smallest value, 0 or less
 * @param max largest value, 0 or more
 */
record ActivationRange(float min, float max) {

    private static final int LEVELS = 255;

    ActivationRange {
        if (!(min <= 0 && max >= 0 && Float.isFinite(max - min))) {
            throw new IllegalArgumentException("A range must be finite and contain 0, not " + min + " to " + max);
        }
    }

    /** Returns the smallest range that holds both. */
    ActivationRange union(ActivationRange other) {
        return new ActivationRange(Math.min(min, other.min), Math.max(max, other.max));
    }

    /** Returns the distance of two levels. */
    float scale() {
        float scale = (max - min) / LEVELS;
        return scale < Float.MIN_NORMAL ? 1 : scale;
    }

    /** Returns the level that stands for 0, from 0 to 255. */
    int zeroPoint() {
        return Math.round(-min / scale());
    }
}
