package io.draem.service.protocol;

import io.draem.model.ModelDirectory;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import org.jspecify.annotations.Nullable;

/** Creates the errors of invalid requests; they repeat nothing that a client sent except numbers. */
final class Invalid {

    private Invalid() {}

    static DetectionException request(String message) {
        return new DetectionException.Rejected(Outcome.INVALID_REQUEST, message);
    }

    /**
     * Returns the version that a path names, null for none.
     *
     * @throws DetectionException if no version can have that name
     */
    static @Nullable Integer version(@Nullable String text) throws DetectionException {
        if (text == null) {
            return null;
        }
        if (text.matches("[0-9]{1,9}")) {
            return Integer.valueOf(text);
        }
        throw new DetectionException.Rejected(
                Outcome.UNKNOWN_MODEL,
                "The version in the path must be a whole number from 1 to " + ModelDirectory.MAX_VERSION
                        + ": GET /v2/models/NAME lists those that are served");
    }

    static DetectionException tooLarge(String message) {
        return new DetectionException.Rejected(Outcome.IMAGE_TOO_LARGE, message);
    }
}
