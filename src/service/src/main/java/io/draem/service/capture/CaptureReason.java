package io.draem.service.capture;

import java.util.Locale;

/** Why an image is captured. */
public enum CaptureReason {
    /** Its score is above the threshold. */
    ANOMALOUS,
    /** Its normalized score is near 0.5. */
    NEAR_THRESHOLD,
    /** It does not look like the training images. */
    UNUSUAL,
    /** A candidate has another verdict. */
    DISAGREEMENT,
    /** It belongs to the random share, which is a fair sample of all images. */
    RANDOM;

    /** Returns the name in properties and responses. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
