package io.draem.service.queue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A request's place in an {@link InferenceQueue}; it ends exactly once, whatever happens. */
public final class Ticket<I, O> {

    private static final long LOOK_AFTER_CALLER = TimeUnit.MILLISECONDS.toNanos(50);

    private final InferenceQueue<I, O> queue;
    private final Place<I, O> place;
    private final I input;
    private final long submitted;
    private final long deadline;
    private final CompletableFuture<Answer<O>> end = new CompletableFuture<>();
    private @Nullable BatchRun<I, O> run;

    Ticket(InferenceQueue<I, O> queue, Place<I, O> place, I input, long submitted, long deadline) {
        this.queue = queue;
        this.place = place;
        this.input = input;
        this.submitted = submitted;
        this.deadline = deadline;
    }

    /**
     * Waits for the answer until the deadline; a thread that is interrupted cancels the request.
     *
     * @throws InferenceException if the request ended without an answer
     */
    public Answer<O> await() throws InferenceException, InterruptedException {
        return await(() -> false);
    }

    /**
     * Waits for the answer until the deadline, or until nobody wants it; a thread that is interrupted cancels the
     * request.
     *
     * @param gone asked now and then, on this thread, whether the caller has gone
     * @throws InferenceException if the request ended without an answer
     */
    public Answer<O> await(BooleanSupplier gone) throws InferenceException, InterruptedException {
        try {
            while (!end.isDone()) {
                long left = deadline - queue.now();
                if (left <= 0) {
                    queue.abandon(this, new InferenceException.DeadlineExceeded());
                } else {
                    waitFor(Math.min(left, LOOK_AFTER_CALLER));
                    if (!end.isDone() && gone.getAsBoolean()) {
                        cancel();
                    }
                }
            }
            // The answer may have come in the moment in which the wait ended: then it counts.
            return end.get();
        } catch (InterruptedException e) {
            cancel();
            throw e;
        } catch (ExecutionException e) {
            throw (InferenceException) e.getCause();
        }
    }

    /** Gives the request up; one that still waits is not run. Does nothing once the request has ended. */
    public void cancel() {
        queue.abandon(this, new InferenceException.Cancelled());
    }

    /** Returns the place that the request has until it leaves the queue. */
    Place<I, O> place() {
        return place;
    }

    I input() {
        return input;
    }

    long submitted() {
        return submitted;
    }

    /** Notes the run that the request is part of; called under the queue's lock. */
    void runsIn(BatchRun<I, O> run) {
        this.run = run;
    }

    @Nullable
    BatchRun<I, O> run() {
        return run;
    }

    /** Tells whether {@link #await} returns at once. */
    public boolean hasEnded() {
        return end.isDone();
    }

    /** Returns the nanoseconds until nobody wants the answer any more. */
    long left(long now) {
        return deadline - now;
    }

    boolean isLate(long now) {
        return left(now) <= 0;
    }

    boolean succeed(Answer<O> answer) {
        return end.complete(answer);
    }

    boolean fail(InferenceException reason) {
        return end.completeExceptionally(reason);
    }

    private void waitFor(long nanos) throws InterruptedException, ExecutionException {
        try {
            end.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // Nothing yet.
        }
    }
}
