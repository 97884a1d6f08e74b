package io.draem.service.detection;

import java.util.Locale;

/** How a request ended. */
public enum Outcome {
    SUCCESS,
    INVALID_REQUEST,
    INVALID_IMAGE,
    IMAGE_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    UNUSUAL_INPUT,
    UNKNOWN_MODEL,
    NOT_READY,
    OVERLOADED,
    DEADLINE_EXCEEDED,
    CANCELLED,
    INFERENCE_FAILED;

    /** Returns the name in metrics. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
