package io.draem.trainer.data;

import java.util.Locale;

/** Which images thresholds and score ranges come from. */
public enum ValidationSplit {
    /** The data's own validation images where normal and anomalous ones are among them, else {@link #SYNTHETIC}. */
    AUTO,
    /**
     * Normal images held out of the training (the data's own for validation, where there are any), each once without and one
     * or more times with a synthetic anomaly; the test images stay untouched.
     */
    SYNTHETIC,
    /** Half of the test images of each defect type; the figures come from the other half. */
    FROM_TEST,
    /** All test images, which also give the figures: the thresholds then flatter them. anomalib's default for MVTec AD. */
    SAME_AS_TEST;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
