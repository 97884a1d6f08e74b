package io.draem.service.detection;

import org.jspecify.annotations.Nullable;

/**
 * What came of one image among several: a detection, or why there is none.
 *
 * @param detection the whole answer; null where there is a failure
 * @param failure why there is no answer; null where there is one
 */
public record Attempt(
        @Nullable Detection detection, @Nullable DetectionException failure) {

    public Attempt {
        if ((detection == null) == (failure == null)) {
            throw new IllegalArgumentException("An attempt ends with a detection or a failure, and never with both");
        }
    }

    static Attempt succeeded(Detection detection) {
        return new Attempt(detection, null);
    }

    static Attempt failed(DetectionException failure) {
        return new Attempt(null, failure);
    }
}
