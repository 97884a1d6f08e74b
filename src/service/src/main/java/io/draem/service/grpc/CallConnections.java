package io.draem.service.grpc;

import io.grpc.Attributes;
import io.grpc.ServerCall;
import io.grpc.ServerTransportFilter;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts connections. On those above the limit every call is refused, so that they are idle and end soon. */
final class CallConnections extends ServerTransportFilter {

    /** Most connections with calls; each may hold the bytes of its flow-control window. */
    static final int MOST = 256;

    private static final Attributes.Key<Boolean> COUNTED = Attributes.Key.create("counted");

    private final AtomicInteger connections = new AtomicInteger();

    /** Returns whether calls of the connection of a call are refused. */
    static boolean isRefused(ServerCall<?, ?> call) {
        return Boolean.FALSE.equals(call.getAttributes().get(COUNTED));
    }

    @Override
    public Attributes transportReady(Attributes attributes) {
        boolean counted = connections.incrementAndGet() <= MOST;
        if (!counted) {
            connections.decrementAndGet();
        }
        return attributes.toBuilder().set(COUNTED, counted).build();
    }

    /**
     * @param attributes null where the handshake failed
     */
    @Override
    public void transportTerminated(@Nullable Attributes attributes) {
        if (attributes != null && Boolean.TRUE.equals(attributes.get(COUNTED))) {
            connections.decrementAndGet();
        }
    }
}
