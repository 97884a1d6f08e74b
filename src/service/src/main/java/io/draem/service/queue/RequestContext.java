package io.draem.service.queue;

import java.util.concurrent.TimeUnit;

/**
 * One request on its way: its client, its deadline, and whether a response is still wanted. Every wait on behalf of a request
 * is {@link #await}, so that deadline and disconnect are noticed in one place.
 *
 * <p>Waits and {@link #wake} allocate nothing, so that no wait fails when the heap is full. Safe for use by several threads.
 */
public abstract class RequestContext {

    /** Between checks of the connection; also how late a wait notices what a full heap kept from being announced. */
    private static final long CHECK_INTERVAL = TimeUnit.MILLISECONDS.toNanos(50);

    private volatile boolean cancelled;
    private int wakes;

    /** How a wait ended. */
    public enum End {
        DONE,
        DEADLINE_EXCEEDED,
        CANCELLED
    }

    /** What a thread of a request waits for. */
    @FunctionalInterface
    public interface Waiting {

        /** Returns whether the wait is over. Whoever makes this true calls {@link RequestContext#wake} afterwards. */
        boolean isDone();
    }

    /** Returns the {@link System#nanoTime()} after which the response is of no use. */
    public abstract long deadline();

    /** Moves the deadline forward; a later one changes nothing. */
    public abstract void shortenTo(long deadline);

    /** Returns who shares capacity with others: the name of the client's API key where keys are required, else its address. */
    public abstract String client();

    /** Runs an action once the response has been sent or cannot be, on any thread; immediately if that is so already. */
    public abstract void whenCompleted(Runnable action);

    /** Notes that the outcome of the request, or of one of its images, is reported now or once it is completed. */
    public void reported() {}

    /**
     * Checks whether the client has gone. A connection can be checked on the thread of its request only: on others this
     * returns false.
     */
    protected abstract boolean isGone();

    /** Returns the time left in nanoseconds; zero or less after the deadline. */
    public long nanosLeft() {
        return deadline() - System.nanoTime();
    }

    /** Returns whether the request was cancelled or, on its own thread, the client has gone. */
    public final boolean isCancelled() {
        if (!cancelled && isGone()) {
            cancel();
        }
        return cancelled;
    }

    /** Ends all waits of the request, on any thread. */
    public final void cancel() {
        cancelled = true;
        wake();
    }

    /**
     * Waits until something is done, the deadline has passed, or the request is cancelled. What is done already counts
     * also after the deadline.
     */
    public final End await(Waiting waiting) throws InterruptedException {
        long checked = System.nanoTime();
        while (true) {
            int seen = wakes();
            if (waiting.isDone()) {
                return End.DONE;
            }
            long left = nanosLeft();
            if (left <= 0) {
                return End.DEADLINE_EXCEEDED;
            }
            if (cancelled) {
                return End.CANCELLED;
            }
            long now = System.nanoTime();
            if (now - checked >= CHECK_INTERVAL) {
                checked = now;
                if (isCancelled()) {
                    return End.CANCELLED;
                }
            }
            pause(seen, Math.min(left, CHECK_INTERVAL));
        }
    }

    /** Waits until something is done, whatever becomes of the request; an interrupt is kept until then. */
    public final void awaitRegardless(Waiting waiting) {
        boolean interrupted = false;
        while (true) {
            int seen = wakes();
            if (waiting.isDone()) {
                break;
            }
            try {
                pause(seen, CHECK_INTERVAL);
            } catch (InterruptedException | OutOfMemoryError e) {
                // A full heap has no memory for the exception: an interrupt then throws the error.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Makes the threads that wait look again. */
    public final synchronized void wake() {
        wakes++;
        notifyAll();
    }

    private synchronized int wakes() {
        return wakes;
    }

    /** Holds no other lock, and {@link Waiting#isDone} is asked without this one: so either may lock what it needs. */
    private synchronized void pause(int seen, long nanos) throws InterruptedException {
        if (wakes == seen) {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
        } else if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
