package io.draem.service.protocol;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;

/** Makes the errors of requests that are wrong; nothing that a caller wrote is repeated in them but numbers. */
final class Invalid {

    private Invalid() {}

    static DetectionException request(String message) {
        return new DetectionException.Rejected(Outcome.INVALID_REQUEST, message);
    }

    static DetectionException tooLarge(String message) {
        return new DetectionException.Rejected(Outcome.IMAGE_TOO_LARGE, message);
    }
}
