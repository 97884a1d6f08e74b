package io.draem.service.queue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A request's place in an {@link InferenceQueue}; it ends exactly once, whatever happens. */
public final class PendingRequest<I, O> implements RequestContext.Waiting {

    private final InferenceQueue<I, O> queue;
    private final Slot<I, O> place;
    private final I input;
    private final long submitted;
    private final RequestContext context;
    private final long deadline;
    private final CompletableFuture<Answer<O>> end = new CompletableFuture<>();
    private @Nullable BatchRun<I, O> run;

    PendingRequest(InferenceQueue<I, O> queue, Slot<I, O> place, I input, long submitted, RequestContext context) {
        this.queue = queue;
        this.place = place;
        this.input = input;
        this.submitted = submitted;
        this.context = context;
        this.deadline = context.deadline();
    }

    /**
     * Waits for the result until the deadline or until the request is cancelled; an interrupt of this thread cancels it.
     *
     * @throws InferenceException if the request ended without a result
     */
    public Answer<O> await() throws InferenceException, InterruptedException {
        try {
            switch (context.await(this)) {
                case DONE -> {}
                case DEADLINE_EXCEEDED -> queue.abandon(this, new InferenceException.DeadlineExceeded());
                case CANCELLED -> cancel();
            }
            // The result may have come in the moment in which the wait ended: then it counts.
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
    Slot<I, O> place() {
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

    /** Returns whether {@link #await} returns immediately. */
    @Override
    public boolean isDone() {
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
        boolean ended = end.complete(answer);
        context.wake();
        return ended;
    }

    boolean fail(InferenceException reason) {
        boolean ended = end.completeExceptionally(reason);
        context.wake();
        return ended;
    }
}
