package io.draem.trainer.onnxexport;

import java.nio.FloatBuffer;

/** The smallest and the largest value that an activation had. */
final class ActivationExtremes {

    private float min;
    private float max;

    /** Looks at values. */
    void accept(FloatBuffer values) {
        while (values.hasRemaining()) {
            float value = values.get();
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("An activation is " + value + ": the weights are not usable");
            }
            min = Math.min(min, value);
            max = Math.max(max, value);
        }
    }

    /** Returns the largest magnitude. */
    float largest() {
        return Math.max(max, -min);
    }

    /**
     * Returns the whole range. Nothing is cut off for the sake of the others' digits: what is rare and large is what a
     * defect looks like.
     */
    ActivationRange range() {
        return new ActivationRange(min, max);
    }
}
