package io.draem.service.web;

import jakarta.servlet.ReadListener;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.AsyncContextCallback;
import org.apache.coyote.InputBuffer;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 connections whose state can be checked while a request is processed, behind a listener that closes without
 * resetting connections that clients have opened already. Public because Tomcat creates it by name.
 *
 * <p>A check never touches the parser's input buffer: that buffer may hold the beginning of a pipelined request, which
 * filling it again would overwrite. A byte that is read to find the end of the stream goes back into the socket's own
 * buffer, from which the parser reads before it reads the network.
 */
public final class WatchedProtocol extends Http11NioProtocol {

    /** Free for use by extensions, as Tomcat's documentation of notes has it; notes outlive a request. */
    static final int NOTE = 17;

    /** Whether a body is read with waiting is up to whether the request has a listener for it. */
    private static final VarHandle READ_LISTENER;

    static final ReadListener WITHOUT_WAITING = new NoListener();
    private static final AsyncContextCallback NO_CONTEXT = new NoContext();
    private static final long CHECK_MILLISECONDS = 100;

    static {
        try {
            READ_LISTENER = MethodHandles.privateLookupIn(Request.class, MethodHandles.lookup())
                    .findVarHandle(Request.class, "listener", ReadListener.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ConnectionListener listener;
    private @Nullable BodyReceiver receiver;
    private @Nullable ScheduledFuture<?> checks;

    public WatchedProtocol() {
        this(new ConnectionListener());
    }

    private WatchedProtocol(ConnectionListener listener) {
        super(listener);
        this.listener = listener;
    }

    /** Has the bodies of requests received before these are passed on; called before the start. */
    void receiveBodies(BodyReceiver bodies) {
        receiver = bodies;
    }

    @Override
    public void setAdapter(Adapter adapter) {
        super.setAdapter(receiver == null ? adapter : receiver.before(adapter));
    }

    @Override
    public void start() throws Exception {
        super.start();
        if (receiver != null) {
            checks = getUtilityExecutor()
                    .scheduleWithFixedDelay(
                            receiver::check, CHECK_MILLISECONDS, CHECK_MILLISECONDS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void stop() throws Exception {
        if (checks != null) {
            checks.cancel(false);
        }
        super.stop();
    }

    /**
     * Accepts the connections that wait and closes the listener; connections that are open stay open.
     *
     * @return whether the listener was closed within the limit
     */
    boolean closeListener(Duration limit) throws InterruptedException {
        return listener.closeOnceEmpty(limit);
    }

    /** Returns whether no connection has a request in progress or has received anything for that time. */
    boolean isQuiet(Duration time) {
        long before = System.currentTimeMillis() - time.toMillis();
        return listener.getConnections().stream()
                .allMatch(socket -> socket.getCurrentProcessor() == null
                        && socket instanceof NioEndpoint.NioSocketWrapper nio
                        && nio.getLastRead() <= before);
    }

    @Override
    protected Processor createProcessor() {
        return new WatchedProcessor(this, getAdapter());
    }

    /**
     * Sends the next byte of an interim response to a client that has ended its sending side. A client that has closed the
     * whole connection looks the same until its network replies to data that it no longer takes; then the next byte cannot
     * be written. So it takes two writes to notice, and they are bytes of one interim response: a client is sent no more
     * than one per request. Its rest goes before the response. A client of HTTP/1.0 knows no interim responses and counts
     * as one that receives; over TLS the end of the stream closes both sides.
     *
     * @return whether the client may still receive; true once the whole interim response has been sent
     */
    static boolean probe(Request request) {
        if (request.scheme().equalsIgnoreCase("https")) {
            return false;
        }
        if (request.protocol().equalsIgnoreCase("HTTP/1.0")) {
            return true;
        }
        return ((WatchedProcessor) request.getNote(NOTE)).probe(1);
    }

    /** Returns whether a request came over a connection of this protocol. */
    static boolean watches(Request request) {
        return request.getNote(NOTE) != null;
    }

    /** Returns whether the whole body has been read, or there is none. */
    static boolean isBodyRead(Request request) {
        AtomicBoolean read = new AtomicBoolean();
        request.action(ActionCode.REQUEST_BODY_FULLY_READ, read);
        return read.get();
    }

    /**
     * Reads what has arrived of a body, without waiting.
     *
     * @param network where the web server reads it
     * @param handler gets the bytes, such as {@link Received}
     * @return how many bytes; 0 if none have arrived, less at the end of the body
     */
    static int read(Request request, InputBuffer network, ApplicationBufferHandler handler) throws IOException {
        READ_LISTENER.setVolatile(request, WITHOUT_WAITING);
        try {
            return network.doRead(handler);
        } finally {
            READ_LISTENER.setVolatile(request, null);
        }
    }

    /** Lets the request's thread go; the adapter hears of the connection's events until {@link #resume}. */
    static void suspend(Request request) {
        request.action(ActionCode.ASYNC_START, NO_CONTEXT);
        request.action(ActionCode.ASYNC_SETTIMEOUT, -1L);
    }

    /**
     * Has the adapter hear of a suspended request when more of its body arrives, and when its socket is processed; the
     * last that its thread does.
     *
     * @param more whether more may arrive
     */
    static void await(Request request, boolean more) {
        READ_LISTENER.setVolatile(request, WITHOUT_WAITING);
        if (more) {
            socket(request).registerReadInterest();
        }
    }

    /** Makes a suspended request an ordinary one again, which is processed by this thread. */
    static void resume(Request request) {
        request.setRequestThread();
        request.action(ActionCode.ASYNC_DISPATCH, null);
        request.action(ActionCode.ASYNC_DISPATCHED, null);
        request.clearRequestThread();
    }

    static SocketWrapperBase<?> socket(Request request) {
        return ((WatchedProcessor) request.getNote(NOTE)).socket();
    }

    /** Holds the bytes that were read last. */
    static final class Received implements ApplicationBufferHandler {

        private ByteBuffer buffer = ByteBuffer.allocate(0);

        @Override
        public void setByteBuffer(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return buffer;
        }

        @Override
        public void expand(int size) {}
    }

    /** Only says that reads do not wait: the adapter hears of what arrives itself. */
    private static final class NoListener implements ReadListener {

        @Override
        public void onDataAvailable() {}

        @Override
        public void onAllDataRead() {}

        @Override
        public void onError(Throwable error) {}
    }

    /** For requests that no application knows of yet. */
    private static final class NoContext implements AsyncContextCallback {

        @Override
        public void fireOnComplete() {}

        @Override
        public boolean isAvailable() {
            return true;
        }

        @Override
        public void incrementInProgressAsyncCount() {}

        @Override
        public void decrementInProgressAsyncCount() {}
    }
}
