package io.draem.service.queue;

import java.time.Duration;

/** Why a request has no result; each request ends with at most one of these. */
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
            super("All " + capacity + " slots of the queue are taken");
            this.retryAfter = retryAfter;
        }

        /** Returns how long the current requests take at the average run time, in whole seconds, at least one. */
        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /** What the run needs could not be opened; nothing was done for the request. */
    public static final class NotOpen extends InferenceException {

        private static final long serialVersionUID = 1L;

        private final Duration retryAfter;

        /** @param retryAfter when it is tried again, at least a second */
        public NotOpen(Throwable cause, Duration retryAfter) {
            super("The model could not be opened");
            initCause(cause);
            this.retryAfter = retryAfter;
        }

        /** Returns when opening is tried again, at least a second. */
        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /** The service shuts down; nothing was done for the request. */
    public static final class ShuttingDown extends InferenceException {

        private static final long serialVersionUID = 1L;

        public ShuttingDown() {
            super("The service shuts down and accepts no more requests");
        }
    }

    /** The deadline passed before there was a result; a request that still waited was not run. */
    public static final class DeadlineExceeded extends InferenceException {

        private static final long serialVersionUID = 1L;

        DeadlineExceeded() {
            super("The deadline passed before there was a result");
        }
    }

    /** The request was cancelled or its client disconnected; a request that still waited was not run. */
    public static final class Cancelled extends InferenceException {

        private static final long serialVersionUID = 1L;

        Cancelled() {
            super("The request was cancelled");
        }
    }

    /** The run failed; the cause gives the reason and is only for the log. */
    public static final class Failed extends InferenceException {

        private static final long serialVersionUID = 1L;

        Failed(Throwable cause) {
            super("The model failed on this request");
            initCause(cause);
        }
    }
}
