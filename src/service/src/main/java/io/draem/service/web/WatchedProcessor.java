package io.draem.service.web;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.apache.coyote.ActionCode;
import org.apache.coyote.ActionHook;
import org.apache.coyote.Adapter;
import org.apache.coyote.Response;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/** Processes the requests of one connection of {@link WatchedProtocol} at a time. */
final class WatchedProcessor extends Http11Processor {

    /** An interim response, which a client must ignore: writing it shows whether the client still receives. */
    private static final byte[] PROBE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** Called for whatever is done with a response. */
    private static final VarHandle HOOK;

    static {
        try {
            HOOK = MethodHandles.privateLookupIn(Response.class, MethodHandles.lookup())
                    .findVarHandle(Response.class, "hook", ActionHook.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final Set<ActionCode> WRITES = EnumSet.of(
            ActionCode.ACK, ActionCode.EARLY_HINTS, ActionCode.COMMIT, ActionCode.CLIENT_FLUSH, ActionCode.CLOSE);

    private final long headLimit;
    private @Nullable SocketWrapperBase<?> headOf;
    private long headSince;
    /** Bytes of the interim response that the client has been sent. */
    private int probed;

    WatchedProcessor(AbstractHttp11Protocol<?> protocol, Adapter adapter) {
        super(protocol, adapter);
        this.headLimit = Duration.ofMillis(protocol.getConnectionTimeout()).toNanos();
        request.setNote(WatchedProtocol.NOTE, this);
        HOOK.setVolatile(response, (ActionHook) this::act);
    }

    /** Sends so many more bytes of the interim response, as far as it has them; returns whether they were written. */
    boolean probe(int bytes) {
        int length = Math.min(bytes, PROBE.length - probed);
        if (length == 0) {
            return true;
        }
        SocketWrapperBase<?> socket = getSocketWrapper();
        try {
            socket.write(true, PROBE, probed, length);
            socket.flush(true);
            probed += length;
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends an interim response that has begun before anything else is written. */
    private void act(ActionCode code, Object parameter) {
        if (probed > 0 && WRITES.contains(code)) {
            probe(PROBE.length);
        }
        action(code, parameter);
        if (code == ActionCode.CLOSE) {
            probed = 0; // the next request may be one of the same burst
        }
    }

    /** Closes connections whose request head is not whole in time, however often another byte of it comes. */
    @Override
    public SocketState service(SocketWrapperBase<?> socket) throws IOException {
        probed = 0;
        SocketState state = super.service(socket);
        if (state != SocketState.LONG || isAsync()) {
            headOf = null;
        } else if (headOf != socket) {
            headOf = socket;
            headSince = System.nanoTime();
        } else if (headLimit > 0 && System.nanoTime() - headSince > headLimit) {
            headOf = null;
            return SocketState.CLOSED;
        }
        return state;
    }

    SocketWrapperBase<?> socket() {
        return getSocketWrapper();
    }

    /**
     * Drops the events of a body that {@link WatchedProtocol#read} reads: its end would have another processor read the connection
     * while this one still has the request, and what a client has pipelined behind it.
     */
    @Override
    protected void executeDispatches() {
        if (request.getReadListener() == WatchedProtocol.WITHOUT_WAITING) {
            getIteratorAndClearDispatches();
        } else {
            super.executeDispatches();
        }
    }
}
