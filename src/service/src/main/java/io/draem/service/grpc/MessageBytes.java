package io.draem.service.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches one call from below: reports the bytes of its messages as they arrive, before they are whole, limits those of
 * calls that have no limit of their own, and can reset a call without waiting for its client.
 */
final class MessageBytes extends ServerStreamTracer {

    /** That of the current call. */
    static final Context.Key<MessageBytes> CURRENT = Context.key("message-bytes");

    /** What the messages of calls without an inference may have together, in bytes as they are counted. */
    private static final int MOST_BYTES = 16 << 10;

    private long size;
    private volatile LongConsumer listener = this::limit;
    private volatile Context.@Nullable CancellableContext context;

    /** Makes one for each call. */
    static final class Factory extends ServerStreamTracer.Factory {

        @Override
        public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
            return new MessageBytes();
        }
    }

    /**
     * Sets what is informed of bytes, on the thread of the connection. Nothing of a message is read before the call
     * requests it, so none is missed by who calls this first.
     */
    void listen(LongConsumer arrived) {
        listener = arrived;
    }

    /** Ends the call without waiting for its client; the client gets DEADLINE_EXCEEDED or a reset. */
    void reset(String reason) {
        Context.CancellableContext current = context;
        if (current != null) {
            // To gRPC a timeout is a deadline, and the one reason for which it resets a call by itself.
            current.cancel(new TimeoutException(reason));
        }
    }

    private void limit(long bytes) {
        size += bytes + Inference.PIECE;
        if (size > MOST_BYTES) {
            reset("The messages are too large");
        }
    }

    @Override
    public Context filterContext(Context current) {
        Context.CancellableContext cancellable =
                current.withValue(CURRENT, this).withCancellation();
        context = cancellable;
        return cancellable;
    }

    @Override
    public void inboundWireSize(long bytes) {
        listener.accept(bytes);
    }

    @Override
    public void streamClosed(Status status) {
        Context.CancellableContext current = context;
        if (current != null) {
            current.cancel(status.isOk() ? null : status.asException());
        }
    }
}
