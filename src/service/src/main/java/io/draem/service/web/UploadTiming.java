package io.draem.service.web;

import io.draem.service.detection.DetectionException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The deadline of a body and the least rate at which it must arrive, averaged over consecutive windows. */
final class UploadTiming {

    /** Bytes per second, averaged over {@link #WINDOW}. */
    private static final long LEAST_RATE = 4_096;

    /** Longer than what a lost packet or two cost. */
    private static final Duration WINDOW = Duration.ofSeconds(5);

    private final long start = System.nanoTime();
    private volatile long deadline;
    private long windowStart = start;
    private long windowSize;

    /**
     * @param timeout nanoseconds that the request may take from now on
     */
    UploadTiming(long timeout) {
        this.deadline = start + timeout;
    }

    /** Returns {@link System#nanoTime()} of the request's headers. */
    long start() {
        return start;
    }

    /** Moves the deadline forward to that many nanoseconds after the start; a later one changes nothing. */
    void shorten(long timeout) {
        deadline = start + Math.min(deadline - start, timeout);
    }

    /**
     * Returns why a body that still arrives is refused; null if it is not. Called by one thread.
     *
     * @param now {@link System#nanoTime()}
     * @param size bytes that have arrived
     */
    @Nullable
    DetectionException refusal(long now, long size) {
        if (now - deadline >= 0) {
            return DetectionException.lateBody();
        }
        if (now - windowStart < WINDOW.toNanos()) {
            return null;
        }
        long arrived = size - windowSize;
        windowStart = now;
        windowSize = size;
        return arrived < LEAST_RATE * WINDOW.toSeconds() ? tooSlow() : null;
    }

    /** Returns why a slow body is refused. */
    static DetectionException tooSlow() {
        return DetectionException.slowBody(LEAST_RATE, WINDOW.toSeconds());
    }
}
