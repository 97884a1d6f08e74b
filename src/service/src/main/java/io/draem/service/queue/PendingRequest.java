package io.draem.service.queue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A request in an {@link InferenceQueue}, waiting or running; it ends exactly once. */
public final class PendingRequest<I, O> implements RequestContext.Waiting {

    private final BatchRuns<I, O> runs;
    private final Slot<I, O> slot;
    private final I input;
    private final long submitted;
    private final RequestContext context;
    private final long deadline;
    private final CompletableFuture<Result<O>> end = new CompletableFuture<>();
    private @Nullable BatchRun<I, O> run;

    /**
     * An output and its timing.
     *
     * @param output output of the function
     * @param queued how long the request waited
     * @param ran how long the run of its batch took
     * @param started when that run started, by the queue's clock
     */
    public record Result<O>(O output, Duration queued, Duration ran, long started) {}

    PendingRequest(BatchRuns<I, O> runs, Slot<I, O> slot, I input, long submitted, RequestContext context) {
        this.runs = runs;
        this.slot = slot;
        this.input = input;
        this.submitted = submitted;
        this.context = context;
        this.deadline = context.deadline();
    }

    /**
     * Waits for the result until the deadline or until the request is cancelled; an interrupt of the thread cancels it.
     *
     * @throws InferenceException if the request ended without a result
     */
    public Result<O> await() throws InferenceException, InterruptedException {
        try {
            switch (context.await(this)) {
                case DONE -> {}
                case DEADLINE_EXCEEDED -> runs.abandon(this, new InferenceException.DeadlineExceeded());
                case CANCELLED -> cancel();
            }
            // A result that arrived just as the wait ended counts.
            return end.get();
        } catch (InterruptedException e) {
            cancel();
            throw e;
        } catch (ExecutionException e) {
            throw (InferenceException) e.getCause();
        }
    }

    /** Cancels the request; one that still waits is not run. Does nothing once the request has ended. */
    public void cancel() {
        runs.abandon(this, new InferenceException.Cancelled());
    }

    /** Returns the slot that the request holds until it leaves the queue. */
    Slot<I, O> slot() {
        return slot;
    }

    I input() {
        return input;
    }

    long submitted() {
        return submitted;
    }

    /** Sets the run that the request is part of; called under the queue's lock. */
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

    /** Returns the nanoseconds until the deadline. */
    long left(long now) {
        return deadline - now;
    }

    boolean isLate(long now) {
        return left(now) <= 0;
    }

    boolean succeed(Result<O> result) {
        boolean ended = end.complete(result);
        context.wake();
        return ended;
    }

    boolean fail(InferenceException reason) {
        boolean ended = end.completeExceptionally(reason);
        context.wake();
        return ended;
    }
}
