package io.draem.service.inference;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A request's place in an {@link InferenceQueue}; it ends exactly once, whatever happens. */
public final class Ticket<I, O> {

    private final InferenceQueue<I, O> queue;
    private final I input;
    private final long submitted;
    private final long deadline;
    private final CompletableFuture<Answer<O>> end = new CompletableFuture<>();

    Ticket(InferenceQueue<I, O> queue, I input, long submitted, long deadline) {
        this.queue = queue;
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
        try {
            return end.get(Math.max(0, deadline - queue.now()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            queue.abandon(this, new InferenceException.DeadlineExceeded());
        } catch (InterruptedException e) {
            cancel();
            throw e;
        } catch (ExecutionException e) {
            throw (InferenceException) e.getCause();
        }
        // The answer may have come in the moment in which the wait ended: then it counts.
        try {
            return end.get();
        } catch (ExecutionException e) {
            throw (InferenceException) e.getCause();
        }
    }

    /** Gives the request up; one that still waits is not run. Does nothing once the request has ended. */
    public void cancel() {
        queue.abandon(this, new InferenceException.Cancelled());
    }

    I input() {
        return input;
    }

    long submitted() {
        return submitted;
    }

    boolean isLate(long now) {
        return deadline - now <= 0;
    }

    boolean succeed(Answer<O> answer) {
        return end.complete(answer);
    }

    boolean fail(InferenceException reason) {
        return end.completeExceptionally(reason);
    }
}
