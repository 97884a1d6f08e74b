package io.draem.service.grpc;

import io.draem.service.detection.Outcome;
import io.draem.service.queue.RequestContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The context of one inference over gRPC, which the connection informs when its client is gone. */
final class CallContext extends RequestContext implements Outcome.OfResponse {

    private final String client;
    private final long start = System.nanoTime();
    private final CompletableFuture<@Nullable Void> completed = new CompletableFuture<>();
    private volatile long deadline;
    private volatile boolean reported;
    private volatile @Nullable Outcome failure;

    /**
     * @param client for fair scheduling
     * @param timeout how long the request may take from now on
     */
    CallContext(String client, Duration timeout) {
        this.client = client;
        this.deadline = start + timeout.toNanos();
    }

    @Override
    public long deadline() {
        return deadline;
    }

    @Override
    public void shortenTo(long earlier) {
        deadline = start + Math.min(deadline - start, earlier - start);
    }

    @Override
    public String client() {
        return client;
    }

    @Override
    public void whenCompleted(Runnable action) {
        completed.thenRun(action);
    }

    @Override
    public void reported() {
        reported = true;
    }

    /** Returns whether the outcome is reported already, or will be. */
    boolean isReported() {
        return reported;
    }

    /** Returns how long ago the request began. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /**
     * Notes that the response has been sent or cannot be. What waits for that is done once, at the first call.
     *
     * @param why null where it has been sent
     */
    void completed(@Nullable Outcome why) {
        if (!completed.isDone()) {
            failure = why;
        }
        completed.complete(null);
    }

    @Override
    public @Nullable Outcome failure() {
        return failure;
    }

    /** The connection calls {@link #cancel}. */
    @Override
    protected boolean isGone() {
        return false;
    }
}
