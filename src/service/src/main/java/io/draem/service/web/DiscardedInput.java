package io.draem.service.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Reads and discards what a client sends after the response, within limits of time and bytes, without a thread while nothing
 * arrives. Closing a connection with unread bytes resets it: the client would see a broken connection instead of the
 * response. Where the response ends the connection, the end of the stream is sent at once, and whatever arrives is
 * discarded until the client closes as well. Otherwise the rest of the body is discarded, and the connection is kept.
 */
final class DiscardedInput {

    private static final Duration SILENCE = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final long MOST_BYTES = 256L << 20;

    /** Bytes after which the thread serves other connections first. */
    private static final int BYTES_AT_ONCE = 1 << 20;

    private static final int BUFFER = 8 << 10;

    private final Request request;
    private final SocketWrapperBase<?> socket;
    private final boolean closing;
    private final long end;
    private final WatchedProtocol.Received received = new WatchedProtocol.Received();
    private volatile long heard;
    private long bytes;
    private boolean reported;

    /** How far the input has been discarded. */
    enum Progress {
        /** Nothing more has arrived. */
        WAITING,
        /** More has arrived. */
        READING,
        /** The connection can be used further, or is to be closed. */
        DONE
    }

    private DiscardedInput(Request request, boolean closing, Duration limit) {
        this.request = request;
        this.socket = WatchedProtocol.socket(request);
        this.closing = closing;
        this.heard = System.nanoTime();
        this.end = heard + limit.toNanos();
    }

    /**
     * Returns what is to be discarded after a response has been sent; null if there is nothing.
     *
     * @param body the body of the request; null if it has none
     */
    static @Nullable DiscardedInput after(Request request, Response response, @Nullable ReceivedBody body) {
        if (isFailed(request)) {
            return null;
        }
        boolean closing = request.hasExpectation() || closes(response);
        if (WatchedProtocol.isBodyRead(request)
                && !(closing && ConnectionState.of(request) == ConnectionState.PIPELINED)) {
            return null;
        }
        DiscardedInput input = new DiscardedInput(request, closing, body != null && body.isLate() ? SILENCE : LIMIT);
        if (closing) {
            input.endOutput();
        }
        return input;
    }

    private static boolean isFailed(Request request) {
        AtomicBoolean failed = new AtomicBoolean();
        request.action(ActionCode.IS_ERROR, failed);
        return failed.get();
    }

    private static boolean closes(Response response) {
        return "close".equalsIgnoreCase(response.getMimeHeaders().getHeader("Connection"));
    }

    /** Ends the stream to the client. Over TLS that would look like an attack, so only the connection's close ends it. */
    private void endOutput() {
        if (socket.getSocket() instanceof NioChannel channel && !(channel instanceof SecureNioChannel)) {
            try {
                channel.getIOChannel().shutdownOutput();
            } catch (IOException e) {
                // Reading shows it.
            }
        }
    }

    /** Discards what has arrived, without waiting. */
    Progress read() {
        try {
            ByteBuffer buffer = ByteBuffer.allocate(closing ? BUFFER : 0);
            for (long start = bytes; bytes - start < BYTES_AT_ONCE; ) {
                if (isOverdue(System.nanoTime())) {
                    return abandon();
                }
                int read = closing
                        ? socket.read(false, buffer.clear())
                        : WatchedProtocol.read(request, request.getInputBuffer(), received);
                if (read == 0) {
                    return Progress.WAITING;
                }
                if (read < 0) {
                    return closing ? abandon() : Progress.DONE;
                }
                heard = System.nanoTime();
                bytes += read;
            }
            return Progress.READING;
        } catch (IOException | IllegalStateException e) {
            // Broken, or with more trailers than the web server takes.
            return abandon();
        }
    }

    /** Has the connection closed. */
    Progress abandon() {
        request.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        return Progress.DONE;
    }

    private boolean isOverdue(long now) {
        return now - heard >= SILENCE.toNanos() || now - end >= 0 || bytes >= MOST_BYTES;
    }

    /** Has a thread of the web server continue once a limit is reached; to be called several times per second. */
    void check(long now) {
        if (!reported && isOverdue(now)) {
            wake();
            reported = true;
        }
    }

    /** Has a thread of the web server continue. */
    void wake() {
        socket.processSocket(SocketEvent.OPEN_READ, true);
    }

    boolean isConnectionClosed() {
        return socket.isClosed();
    }
}
