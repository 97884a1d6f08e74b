package io.draem.service.detection;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds how many pixels are in memory at a time. A file of some kilobytes may unpack to the largest image, and some 16
 * bytes of the heap a pixel are taken on the way to an overlay: without a bound a few such files end the JVM.
 */
final class PixelBudget {

    private static final long LOOK_AFTER_CALLER = TimeUnit.MILLISECONDS.toNanos(50);

    private final int all;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** In their order: a large image would wait for ever behind small ones that slip past it. */
    private final Deque<Object> waiting = new ArrayDeque<>();

    private int taken;

    PixelBudget(int pixels) {
        this.all = pixels;
    }

    /** Pixels that were taken; closing gives them back. */
    interface Share extends AutoCloseable {

        @Override
        void close();
    }

    /**
     * Takes pixels, and waits for others to give theirs back where too few are left.
     *
     * @throws DetectionException if there are not so many at all, if there were none before the caller's deadline, or before it went away
     */
    Share take(int wanted, Caller caller) throws DetectionException {
        if (wanted > all) {
            throw new DetectionException.Rejected(
                    Outcome.IMAGE_TOO_LARGE,
                    "The image and what is asked of it take the memory of " + wanted + " pixels, and there is that of "
                            + all
                            + " (draem.image.max-pixels-in-flight): send a smaller image, or ask for fewer pictures");
        }
        lock.lock();
        try {
            awaitTurn(wanted, caller);
            taken += wanted;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw DetectionException.cancelled(e);
        } finally {
            lock.unlock();
        }
        return () -> giveBack(wanted);
    }

    private void awaitTurn(int wanted, Caller caller) throws InterruptedException, DetectionException {
        Object turn = new Object();
        waiting.add(turn);
        try {
            while (waiting.peek() != turn || wanted > all - taken) {
                long left = caller.nanosLeft();
                if (left <= 0) {
                    throw new DetectionException.Failed(
                            Outcome.DEADLINE_EXCEEDED,
                            "Other images left no room before the deadline: send fewer or smaller images at a time",
                            null);
                }
                if (caller.isGone()) {
                    throw DetectionException.cancelled(null);
                }
                changed.awaitNanos(Math.min(left, LOOK_AFTER_CALLER));
            }
        } finally {
            waiting.remove(turn);
            changed.signalAll();
        }
    }

    private void giveBack(int pixels) {
        lock.lock();
        try {
            taken -= pixels;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many pixels there are. */
    int all() {
        return all;
    }

    /** Returns how many pixels are taken now. */
    int taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }
}
