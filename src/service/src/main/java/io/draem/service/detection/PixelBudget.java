package io.draem.service.detection;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Bounds how many pixels are in memory at a time. A file of some kilobytes may unpack to the largest image, and some 16
 * bytes of the heap a pixel are taken on the way to an overlay: without a bound a few such files end the JVM.
 */
final class PixelBudget {

    private final int all;
    private final Semaphore pixels;

    PixelBudget(int pixels) {
        this.all = pixels;
        // Fair: a large image would wait for ever behind small ones that slip past it.
        this.pixels = new Semaphore(pixels, true);
    }

    /** Pixels that were taken; closing gives them back. */
    interface Share extends AutoCloseable {

        @Override
        void close();
    }

    /**
     * Takes pixels, and waits for others to give theirs back where too few are left.
     *
     * @param deadline {@link System#nanoTime()} after which nobody wants them
     * @throws TimeoutException if the deadline passes before
     */
    Share take(int wanted, long deadline) throws InterruptedException, TimeoutException {
        if (!pixels.tryAcquire(wanted, Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
            throw new TimeoutException("Too many pixels are in flight");
        }
        return () -> pixels.release(wanted);
    }

    /**
     * Takes pixels for a caller, as {@link #take(int, long)}.
     *
     * @throws DetectionException if there were none before the caller's deadline
     */
    Share take(int wanted, Caller caller) throws DetectionException {
        try {
            return take(wanted, caller.deadline());
        } catch (TimeoutException e) {
            throw new DetectionException.Failed(
                    Outcome.DEADLINE_EXCEEDED,
                    "Other images left no room before the deadline: send fewer or smaller images at a time",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw DetectionException.cancelled(e);
        }
    }

    /** Returns how many pixels there are. */
    int all() {
        return all;
    }

    /** Returns how many pixels are taken now. */
    int taken() {
        return all - pixels.availablePermits();
    }
}
