package io.draem.service.detection;

import org.jspecify.annotations.Nullable;

/** Who waits for an answer, and until when. */
public interface Caller {

    /** Returns the {@link System#nanoTime()} after which the answer is of no use any more. */
    long deadline();

    /** Tells whether the caller has gone away; asked on the thread of the request alone. */
    boolean isGone();

    /** Returns who shares capacity with others: the name of its API key where keys are required, else its address. */
    String client();

    /** Does something once the answer has been sent or cannot be, whichever thread asks for it; at once if it has been. */
    void whenAnswered(Runnable action);

    /** Notes that the outcome of the request, or of one of its images, is reported now or once it has been answered. */
    default void reported() {}

    /**
     * Returns why an answer that was given has not reached the client; null where it has. Asked once the answer has been
     * sent or cannot be.
     */
    default @Nullable Outcome lostAnswer() {
        return null;
    }

    /** Returns how much time is left, in nanoseconds; nothing or less when the caller has become late. */
    default long nanosLeft() {
        return deadline() - System.nanoTime();
    }

    /**
     * Does nothing while the caller still waits and is not late; asked on the thread of the request alone.
     *
     * @throws DetectionException if the answer is of no use any more
     */
    default void requireWaiting() throws DetectionException {
        if (isGone()) {
            throw DetectionException.cancelled(null);
        }
        if (nanosLeft() <= 0) {
            throw DetectionException.late(null);
        }
    }
}
