package io.draem.service.queue;

import java.time.Duration;

/** Why a request has no answer; each request ends with at most one of these. */
public abstract sealed class InferenceException extends Exception {

    private static final long serialVersionUID = 1L;

    private InferenceException(String message) {
        super(message);
    }

    /** The queue is full; nothing was done for the request. */
    public static final class Overloaded extends InferenceException {

        private static final long serialVersionUID = 1L;

        private final Duration retryAfter;

        Overloaded(int capacity, Duration retryAfter) {
            super("All " + capacity + " places in the queue are taken");
            this.retryAfter = retryAfter;
        }

        /** Returns how long the requests that wait now will take at the measured rate, in whole seconds, at least one. */
        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /** The service shuts down; nothing was done for the request. */
    public static final class ShuttingDown extends InferenceException {

        private static final long serialVersionUID = 1L;

        ShuttingDown() {
            super("The service shuts down and takes no more requests");
        }
    }

    /** The deadline passed before there was an answer; a request that still waited was not run. */
    public static final class DeadlineExceeded extends InferenceException {

        private static final long serialVersionUID = 1L;

        DeadlineExceeded() {
            super("The deadline passed before the image was examined");
        }
    }

    /** Whoever asked went away; a request that still waited was not run. */
    public static final class Cancelled extends InferenceException {

        private static final long serialVersionUID = 1L;

        Cancelled() {
            super("The request was cancelled");
        }
    }

    /** The run failed; the cause says why and is for the log alone. */
    public static final class Failed extends InferenceException {

        private static final long serialVersionUID = 1L;

        Failed(Throwable cause) {
            super("The model failed on this request");
            initCause(cause);
        }
    }
}
