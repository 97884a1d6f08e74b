package io.draem.service.grpc;

import io.grpc.Attributes;
import io.grpc.ServerCall;
import io.grpc.ServerTransportFilter;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Limits the connections that have made a call with a good key. Calls on further ones are refused, until one of the others
 * ends.
 */
final class CallConnections extends ServerTransportFilter {

    /** Each may hold the bytes of its flow-control window. */
    static final int MOST = 256;

    private static final Attributes.Key<Connection> CONNECTION = Attributes.Key.create("connection");

    private final Semaphore places = new Semaphore(MOST);

    /** A connection, which has taken a place once a call was admitted on it. */
    private static final class Connection {

        private boolean placed;
    }

    /** Returns whether the connection of a call has a place, or gets one. */
    boolean admit(ServerCall<?, ?> call) {
        Connection connection = Objects.requireNonNull(call.getAttributes().get(CONNECTION));
        synchronized (connection) {
            if (!connection.placed) {
                connection.placed = places.tryAcquire();
            }
            return connection.placed;
        }
    }

    @Override
    public Attributes transportReady(Attributes attributes) {
        return attributes.toBuilder().set(CONNECTION, new Connection()).build();
    }

    /**
     * @param attributes null where the handshake failed
     */
    @Override
    public void transportTerminated(@Nullable Attributes attributes) {
        Connection connection = attributes == null ? null : attributes.get(CONNECTION);
        if (connection != null) {
            synchronized (connection) {
                if (connection.placed) {
                    connection.placed = false;
                    places.release();
                }
            }
        }
    }
}
