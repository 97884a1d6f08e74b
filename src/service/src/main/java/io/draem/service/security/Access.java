package io.draem.service.security;

import java.time.Duration;

/** Whether a request may pass. */
public sealed interface Access {

    /** It may. */
    record Granted() implements Access {}

    /** It has no key, or none that is good. */
    record Denied() implements Access {}

    /**
     * Its key was used too often.
     *
     * @param retryAfter when it may be used again
     */
    record Limited(Duration retryAfter) implements Access {}
}
