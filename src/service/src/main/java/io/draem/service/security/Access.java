package io.draem.service.security;

import java.time.Duration;

/** Decision on a request. */
public sealed interface Access {

    /** The request is granted. */
    record Granted() implements Access {}

    /** The request has no valid key. */
    record Denied() implements Access {}

    /**
     * The key has exceeded its rate limit.
     *
     * @param retryAfter how long to wait before the key may be used again
     */
    record Limited(Duration retryAfter) implements Access {}
}
