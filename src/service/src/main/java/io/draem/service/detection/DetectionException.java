package io.draem.service.detection;

import io.draem.image.ImageException;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.queue.InferenceException;
import io.draem.service.queue.RequestContext;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Why there is no verdict; the message is for the client and names the problem and the remedy. */
public abstract sealed class DetectionException extends Exception {

    private static final long serialVersionUID = 1L;

    /** After what time it is worth to try again what is not ready. */
    static final Duration WHEN_READY = Duration.ofSeconds(2);

    private static final Duration WHEN_BODIES_END = Duration.ofSeconds(1);

    private final Outcome outcome;
    private boolean reported;

    private DetectionException(Outcome outcome, String message) {
        super(message);
        this.outcome = outcome;
    }

    /** Returns why a request reached no model, or changed none. */
    public static DetectionException of(ModelSelectionException e) {
        String message = Objects.requireNonNull(e.getMessage());
        if (e instanceof ModelSelectionException.NotReady || e instanceof ModelSelectionException.NotNow) {
            return new Unavailable(Outcome.NOT_READY, message, WHEN_READY);
        }
        return new Rejected(
                e instanceof ModelSelectionException.Unknown ? Outcome.UNKNOWN_MODEL : Outcome.INVALID_REQUEST,
                message);
    }

    /** Returns why an image cannot be read. */
    static DetectionException of(ImageException e) {
        return of("", e);
    }

    /**
     * Returns why an image cannot be read.
     *
     * @param before what the message begins with, such as which of several images it is
     */
    static DetectionException of(String before, ImageException e) {
        Outcome outcome = e instanceof ImageException.TooLarge
                ? Outcome.IMAGE_TOO_LARGE
                : e instanceof ImageException.Unsupported ? Outcome.UNSUPPORTED_MEDIA_TYPE : Outcome.INVALID_IMAGE;
        return new Rejected(outcome, before + Objects.requireNonNull(e.getMessage()));
    }

    /** Returns why a model has no result. */
    public static DetectionException of(InferenceException e) {
        if (e instanceof InferenceException.Overloaded overloaded) {
            return overloaded(Outcome.QUEUE_FULL, overloaded.retryAfter());
        }
        if (e instanceof InferenceException.NotOpen notOpen) {
            return new Unavailable(
                    Outcome.NOT_READY,
                    "The model cannot be opened now, and the service's log says why: try again later, or name another"
                            + " version",
                    notOpen.retryAfter());
        }
        if (e instanceof InferenceException.ShuttingDown) {
            return shuttingDown();
        }
        if (e instanceof InferenceException.DeadlineExceeded) {
            return late(e);
        }
        if (e instanceof InferenceException.Cancelled) {
            return cancelled(e);
        }
        if (e.getCause() instanceof OutOfMemoryError) { // of the heap; ONNX Runtime reports its own otherwise
            return outOfMemory();
        }
        return new Failed(Outcome.INFERENCE_FAILED, "The model failed on this image: the service's log says why", e);
    }

    /** Returns that there is no capacity now. */
    static DetectionException overloaded(Duration retryAfter) {
        return overloaded(Outcome.OVERLOADED, retryAfter);
    }

    /** Returns that the bodies of other requests take the memory that this one's needs. */
    public static DetectionException bodiesTakeAll() {
        return new Unavailable(
                Outcome.OVERLOADED,
                "The bodies of other requests take the memory that this one needs: try again later, send smaller images, or"
                        + " start more replicas",
                WHEN_BODIES_END);
    }

    private static DetectionException overloaded(Outcome outcome, Duration retryAfter) {
        return new Unavailable(
                outcome, "Too many requests wait already: try again later, or start more replicas", retryAfter);
    }

    /** Returns that the heap was too small for the request with the others. */
    public static DetectionException outOfMemory() {
        return new Unavailable(
                Outcome.OUT_OF_MEMORY,
                "The service had too little memory for this request: try again later with fewer requests at a time, or send"
                        + " a smaller image; its operator can give it more heap (-Xmx, or the memory limit of"
                        + " its container)",
                WHEN_READY);
    }

    /** Returns that the service takes no more requests. */
    public static DetectionException shuttingDown() {
        return new Unavailable(
                Outcome.SHUTTING_DOWN, "The service shuts down: send the request to another replica", WHEN_READY);
    }

    static DetectionException late(@Nullable Throwable cause) {
        return new Failed(
                Outcome.DEADLINE_EXCEEDED,
                "The image was not examined before the deadline: send fewer requests at a time, or raise"
                        + " draem.request-timeout or the request's own",
                cause);
    }

    /**
     * Returns that the body did not arrive at the least rate.
     *
     * @param rate bytes per second that are expected
     * @param window seconds over which they are averaged
     */
    public static DetectionException slowBody(long rate, long window) {
        return new Failed(
                Outcome.SLOW_BODY,
                "The body arrived more slowly than " + rate + " bytes per second over " + window
                        + " seconds: send it without pauses, over a faster connection, or send a smaller image",
                null);
    }

    /** Returns that the body had not arrived before the deadline. */
    public static DetectionException lateBody() {
        return new Failed(
                Outcome.DEADLINE_EXCEEDED,
                "The body had not arrived before the deadline: send it faster, or raise draem.request-timeout or the"
                        + " request's own",
                null);
    }

    /** Returns that the thread of the request was interrupted, as it is when the web server stops waiting. */
    static DetectionException interrupted(InterruptedException cause) {
        DetectionException reason = shuttingDown();
        reason.initCause(cause);
        return reason;
    }

    /**
     * Does nothing while a response to the request is wanted.
     *
     * @throws DetectionException if the request is cancelled or its deadline has passed
     */
    static void requireActive(RequestContext context) throws DetectionException {
        if (context.isCancelled()) {
            throw cancelled(null);
        }
        if (context.nanosLeft() <= 0) {
            throw late(null);
        }
    }

    /** Returns that the client closed the connection before it had a response. */
    public static DetectionException cancelled(@Nullable Throwable cause) {
        return new Failed(Outcome.CANCELLED, "The request was cancelled", cause);
    }

    /** Returns whether it was reported to the {@link DetectionListener}, so that no request is counted twice. */
    public boolean isReported() {
        return reported;
    }

    /** Notes that it was reported to the listener. */
    void reported() {
        reported = true;
    }

    /** Returns how the request ended. */
    public Outcome outcome() {
        return outcome;
    }

    /** The request itself is wrong or its image is: sending it again without a change fails again. */
    public static final class Rejected extends DetectionException {

        private static final long serialVersionUID = 1L;

        public Rejected(Outcome outcome, String message) {
            super(outcome, message);
        }
    }

    /** The service has no capacity now, but later. */
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

    /** The service admitted the request and has no result: it was late or cancelled, or the model failed. */
    public static final class Failed extends DetectionException {

        private static final long serialVersionUID = 1L;

        Failed(Outcome outcome, String message, @Nullable Throwable cause) {
            super(outcome, message);
            initCause(cause);
        }
    }
}
