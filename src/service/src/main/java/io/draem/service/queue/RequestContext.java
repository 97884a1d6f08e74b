package io.draem.service.queue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Client, deadline and cancellation of one request. Every wait on behalf of a request is {@link #await}, which alone
 * observes deadline and disconnect.
 *
 * <p>Waits and {@link #wake} allocate nothing, so that no wait fails when the heap is full. Thread-safe.
 */
public abstract class RequestContext {

    /** Between checks of the connection; also the longest delay of a wait whose wake-up a full heap has prevented. */
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

        /** Returns whether the wait is over. Code that makes this true calls {@link RequestContext#wake} afterwards. */
        boolean isDone();
    }

    /** Returns the {@link System#nanoTime()} after which the response is of no use. */
    public abstract long deadline();

    /** Moves the deadline forward; a later one changes nothing. */
    public abstract void shortenTo(long deadline);

    /** Moves the deadline forward to how long the client waits from now on, unless it is earlier already. */
    public final void answerWithin(Duration timeout) {
        long nanos = timeout.toNanos();
        if (nanos < nanosLeft()) {
            shortenTo(System.nanoTime() + nanos);
        }
    }

    /** Returns the client for fair scheduling: the name of its API key if keys are required, otherwise its address. */
    public abstract String client();

    /** Returns the key of the requests that the same version of a model should answer; null where the client gives none. */
    public @Nullable String routingKey() {
        return null;
    }

    /** Runs an action on any thread once the response was sent or cannot be sent; immediately if that has happened already. */
    public abstract void whenCompleted(Runnable action);

    /** Records that the outcome of the request, or of one of its images, is reported now or on completion. */
    public void reported() {}

    /**
     * Returns whether the client has disconnected. A connection can be checked only on the thread of its request: other
     * threads get false.
     */
    protected abstract boolean isGone();

    /** Returns the time left in nanoseconds; zero or less after the deadline. */
    public long nanosLeft() {
        return deadline() - System.nanoTime();
    }

    /** Returns whether the request was cancelled or, on its own thread, the client has disconnected. */
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
     * Waits until something is done, the deadline has passed, or the request is cancelled. Returns {@link End#DONE} also
     * after the deadline if it is done by then.
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

    /** Waits until something is done, regardless of deadline and cancellation; an interrupt is restored afterwards. */
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

    /** Makes waiting threads check again. */
    public final synchronized void wake() {
        wakes++;
        notifyAll();
    }

    private synchronized int wakes() {
        return wakes;
    }

    /** Called without other locks; {@link Waiting#isDone} is called without this one, so it may take locks of its own. */
    private synchronized void pause(int seen, long nanos) throws InterruptedException {
        if (wakes == seen) {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
        } else if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
