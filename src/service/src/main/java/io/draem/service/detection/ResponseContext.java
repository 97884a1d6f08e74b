package io.draem.service.detection;

import io.draem.service.queue.RequestContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Deadline and response of one request, over whatever transport it came. */
public abstract class ResponseContext extends RequestContext implements Outcome.OfResponse {

    private final long start;
    private final CompletableFuture<@Nullable Void> answered = new CompletableFuture<>();
    private volatile long deadline;
    private volatile boolean reported;
    private volatile @Nullable Outcome failure;

    /**
     * @param start {@link System#nanoTime()} at which the request began
     * @param timeout nanoseconds from then on after which the response is of no use
     */
    protected ResponseContext(long start, long timeout) {
        this.start = start;
        this.deadline = start + timeout;
    }

    @Override
    public final long deadline() {
        return deadline;
    }

    @Override
    public final void shortenTo(long earlier) {
        shorten(earlier - start);
    }

    /** Moves the deadline forward to that many nanoseconds after the start; a later one changes nothing. */
    public final void shorten(long timeout) {
        deadline = start + Math.min(deadline - start, timeout);
    }

    @Override
    public final void whenCompleted(Runnable action) {
        answered.thenRun(action);
    }

    @Override
    public final void reported() {
        reported = true;
    }

    /** Returns whether the outcome of the request is reported already, or will be. */
    public final boolean isReported() {
        return reported;
    }

    /** Returns how long ago the request began. */
    public final Duration age() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /**
     * Notes that the response has been sent or cannot be. What waits for that is done once, at the first call.
     *
     * @param why why the response has not reached the client; null where it has
     */
    public final void answered(@Nullable Outcome why) {
        if (!answered.isDone()) {
            failure = why;
        }
        answered.complete(null);
    }

    @Override
    public @Nullable Outcome failure() {
        return failure;
    }
}
