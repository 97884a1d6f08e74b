package io.draem.service.grpc;

import io.draem.service.detection.ResponseContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The context of one inference over gRPC, which the connection informs when its client is gone. */
final class CallContext extends ResponseContext {

    private final String client;
    private final @Nullable String routingKey;

    /**
     * @param client for fair scheduling
     * @param routingKey key of the requests that the same version should answer; null for none
     * @param timeout how long the request may take from now on
     */
    CallContext(String client, @Nullable String routingKey, Duration timeout) {
        super(System.nanoTime(), timeout.toNanos());
        this.client = client;
        this.routingKey = routingKey;
    }

    @Override
    public String client() {
        return client;
    }

    @Override
    public @Nullable String routingKey() {
        return routingKey;
    }

    /** The connection calls {@link #cancel}. */
    @Override
    protected boolean isGone() {
        return false;
    }
}
