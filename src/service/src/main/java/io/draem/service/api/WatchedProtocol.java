package io.draem.service.api;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketWrapperBase;

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
    private static final int NOTE = 17;

    /** An interim response, which a client must ignore: writing it shows whether the client still receives. */
    private static final byte[] PROBE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Listener listener;

    public WatchedProtocol() {
        this(new Listener());
    }

    private WatchedProtocol(Listener listener) {
        super(listener);
        this.listener = listener;
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

    /** What the client has done to its connection. */
    enum State {
        /** Nothing more has arrived. */
        OPEN,
        /** The client has sent the beginning of a further request. */
        PIPELINED,
        /** The client sends nothing more; whether it still receives is shown by {@link #probe}. */
        ENDED,
        /** The connection is broken. */
        BROKEN
    }

    /** Returns the state of a request's connection without waiting; called on the request's thread only. */
    static State state(Request request) {
        SocketWrapperBase<?> socket = socket(request);
        ByteBuffer first = ByteBuffer.allocate(1);
        try {
            int read = socket.read(false, first);
            if (read < 0) {
                return State.ENDED;
            }
            if (read == 0) {
                return State.OPEN;
            }
            first.flip();
            socket.unRead(first);
            return State.PIPELINED;
        } catch (EOFException e) {
            return State.ENDED;
        } catch (IOException e) {
            return State.BROKEN;
        }
    }

    /**
     * Sends an interim response to a client that has ended its sending side. The network reports a client that has
     * closed the whole connection only in answer to what it is sent, so that the second probe fails.
     *
     * @return whether the client may still receive
     */
    static boolean probe(Request request) {
        SocketWrapperBase<?> socket = socket(request);
        try {
            socket.write(true, PROBE, 0, PROBE.length);
            socket.flush(true);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static SocketWrapperBase<?> socket(Request request) {
        return ((WatchedProcessor) request.getNote(NOTE)).socket();
    }

    private static final class WatchedProcessor extends Http11Processor {

        WatchedProcessor(AbstractHttp11Protocol<?> protocol, Adapter adapter) {
            super(protocol, adapter);
            request.setNote(NOTE, this);
        }

        SocketWrapperBase<?> socket() {
            return getSocketWrapper();
        }
    }

    /** Closes the socket on the acceptor's own thread, right after it has found no connection that waits. */
    private static final class Listener extends NioEndpoint {

        private static final long PAUSE = Duration.ofMillis(10).toNanos();

        private final CountDownLatch closed = new CountDownLatch(1);
        private volatile boolean closing;

        boolean closeOnceEmpty(Duration limit) throws InterruptedException {
            closing = true;
            unlockAccept();
            return closed.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        }

        @Override
        protected SocketChannel serverSocketAccept() throws Exception {
            if (!closing) {
                return super.serverSocketAccept();
            }
            ServerSocketChannel socket = (ServerSocketChannel) getServerSocket();
            if (socket != null && socket.isOpen()) {
                socket.configureBlocking(false);
                SocketChannel waiting = socket.accept();
                if (waiting != null) {
                    return waiting;
                }
                socket.close();
                closed.countDown();
            }
            while (isRunning() && !isPaused()) {
                LockSupport.parkNanos(PAUSE);
            }
            return SocketChannel.open(); // the acceptor discards it, since it has been paused or stopped
        }
    }
}
