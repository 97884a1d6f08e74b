package io.draem.service.detection;

import io.draem.service.models.ModelSelectionException;
import java.time.Duration;
import java.util.Objects;

/** Why there is no verdict; the message names the problem and the remedy, and is meant for the caller. */
public abstract sealed class DetectionException extends Exception {

    private static final long serialVersionUID = 1L;

    /** When it is worth to ask again for what is not ready. */
    static final Duration WHEN_READY = Duration.ofSeconds(2);

    private final Outcome outcome;

    private DetectionException(Outcome outcome, String message) {
        super(message);
        this.outcome = outcome;
    }

    /** Returns why a request reached no model, in the terms of an answer to it. */
    public static DetectionException of(ModelSelectionException e) {
        String message = Objects.requireNonNull(e.getMessage());
        if (e instanceof ModelSelectionException.NotReady) {
            return new Unavailable(Outcome.NOT_READY, message, WHEN_READY);
        }
        return new Rejected(
                e instanceof ModelSelectionException.Unknown ? Outcome.UNKNOWN_MODEL : Outcome.INVALID_REQUEST,
                message);
    }

    /** Returns how the request ended. */
    public Outcome outcome() {
        return outcome;
    }

    /** The request itself is wrong or its image is: sending it again as it is will not help. */
    public static final class Rejected extends DetectionException {

        private static final long serialVersionUID = 1L;

        public Rejected(Outcome outcome, String message) {
            super(outcome, message);
        }
    }

    /** The service cannot answer now, but can later. */
    public static final class Unavailable extends DetectionException {

        private static final long serialVersionUID = 1L;

        private final Duration retryAfter;

        Unavailable(Outcome outcome, String message, Duration retryAfter) {
            super(outcome, message);
            this.retryAfter = retryAfter;
        }

        /** Returns when it is worth to try again. */
        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /** The service took the request and has no answer: it was late, given up, or the model failed. */
    public static final class Failed extends DetectionException {

        private static final long serialVersionUID = 1L;

        Failed(Outcome outcome, String message, Throwable cause) {
            super(outcome, message);
            initCause(cause);
        }
    }
}
