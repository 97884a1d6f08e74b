package io.draem.service.grpc;

import io.draem.service.detection.ResponseContext;
import java.time.Duration;

/** The context of one inference over gRPC, which the connection informs when its client is gone. */
final class CallContext extends ResponseContext {

    private final String client;

    /**
     * @param client for fair scheduling
     * @param timeout how long the request may take from now on
     */
    CallContext(String client, Duration timeout) {
        super(System.nanoTime(), timeout.toNanos());
        this.client = client;
    }

    @Override
    public String client() {
        return client;
    }

    /** The connection calls {@link #cancel}. */
    @Override
    protected boolean isGone() {
        return false;
    }
}
