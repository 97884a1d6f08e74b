package io.draem.service.web;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.detection.UnreceivedBodyException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.apache.coyote.BadRequestException;
import org.apache.coyote.InputBuffer;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request: received without waiting, counted while it arrives, and read once it is whole. A body that
 * arrives too slowly, after the deadline, or at the cost of other clients is refused.
 */
final class ReceivedBody implements InputBuffer, AutoCloseable {

    /** Bytes per second, averaged over {@link #WINDOW}. */
    static final long RATE = 4_096;

    /** Longer than what a lost packet or two cost. */
    static final Duration WINDOW = Duration.ofSeconds(5);

    /** Between the probes of a client that has ended its sending side: what a reply of its network may take. */
    private static final long PROBE_INTERVAL = Duration.ofMillis(200).toNanos();

    private static final int SMALLEST_SEGMENT = 4 << 10;
    private static final int LARGEST_SEGMENT = 64 << 10;

    private final Request request;
    private final InputBuffer network;
    private final SocketWrapperBase<?> socket;
    private final long start = System.nanoTime();
    private final WatchedProtocol.Received received = new WatchedProtocol.Received();
    private final Deque<ByteBuffer> segments = new ArrayDeque<>();
    private KeyFilter.@Nullable Decision decision;
    private Admission.@Nullable Upload upload;
    private boolean admitted;
    private long limit;
    private long deadline;
    private volatile State state = State.LEFT;
    private volatile long size;
    private @Nullable DetectionException refusal;
    private @Nullable DetectionException rest;
    private @Nullable IOException failure;
    private long windowStart;
    private long windowSize;
    private boolean ended;
    private volatile long probed;

    private enum State {
        LEFT,
        ARRIVING,
        RECEIVED
    }

    /**
     * @param timeout nanoseconds that the request may take from now on
     */
    ReceivedBody(Request request, long timeout) {
        this.request = request;
        this.network = request.getInputBuffer();
        this.socket = WatchedProtocol.socket(request);
        this.deadline = start + timeout;
    }

    /** Returns the body of a request that has one. */
    static @Nullable ReceivedBody of(Request request) {
        return request.getInputBuffer() instanceof ReceivedBody body ? body : null;
    }

    /** Returns {@link System#nanoTime()} of the request's headers. */
    long start() {
        return start;
    }

    /** Returns where the rest of the body is read. */
    InputBuffer network() {
        return network;
    }

    /** Notes what was decided on the request by its headers. */
    void decided(KeyFilter.Decision decision) {
        this.decision = decision;
    }

    /** Returns what was decided on the request by its headers; null where it was not. */
    KeyFilter.@Nullable Decision decision() {
        return decision;
    }

    /** Returns whether the request was admitted when it began to arrive. */
    boolean isAdmitted() {
        return admitted;
    }

    /** Returns why the request is refused before it is looked at; null if it is not. */
    synchronized @Nullable DetectionException refusal() {
        return refusal;
    }

    /** Returns whether the body was refused because it is slow: its rest is not read. */
    boolean isSlow() {
        DetectionException reason = refusal();
        return reason != null
                && (reason.outcome() == Outcome.SLOW_BODY || reason.outcome() == Outcome.DEADLINE_EXCEEDED);
    }

    /** Returns whether the body was refused because it had not arrived before the service ends. */
    boolean isGivenUp() {
        DetectionException reason = refusal();
        return admitted && reason != null && reason.outcome() == Outcome.SHUTTING_DOWN;
    }

    /** Returns whether the rest of the body cannot be read. */
    boolean isBroken() {
        return failure != null;
    }

    /** Leaves the body where it is, since the request is refused. */
    synchronized void refuse(DetectionException reason) {
        refusal = reason;
    }

    /** Leaves the body unread; reading it fails with the reason. */
    void leave(DetectionException reason) {
        rest = reason;
    }

    /**
     * Starts to receive, unless the body has been refused since its upload was opened.
     *
     * @param upload counts the bytes
     * @param admitted whether the request was admitted with it
     * @param limit bytes after which nothing more is received
     * @param timeout nanoseconds that the client waits
     * @param tooLarge the reason with which reading beyond the limit fails
     */
    synchronized void begin(
            Admission.Upload upload, boolean admitted, long limit, long timeout, DetectionException tooLarge) {
        this.upload = upload;
        this.admitted = admitted;
        this.limit = limit;
        this.rest = tooLarge;
        deadline = start + Math.min(deadline - start, timeout);
        windowStart = start;
        state = refusal == null ? State.ARRIVING : State.RECEIVED;
    }

    /** Takes what has arrived, without waiting; returns whether no more is to come or wanted. */
    boolean receive() {
        Admission.Upload counted = Objects.requireNonNull(upload);
        try {
            while (state == State.ARRIVING && size < limit) {
                int read = WatchedProtocol.read(request, network, received);
                if (read == 0) {
                    return false;
                }
                if (read < 0) {
                    rest = null;
                    break;
                }
                store(received.getByteBuffer(), counted);
            }
        } catch (EOFException e) {
            // Of a client that has closed the whole connection, the second probe fails.
            if (!WatchedProtocol.probe(request)) {
                failure = e;
            } else if (ended) {
                rest = new DetectionException.Rejected(Outcome.INVALID_REQUEST, ErrorEndpoint.detail(e));
            } else {
                ended = true;
                probed = System.nanoTime();
                return false;
            }
        } catch (IOException e) {
            failure = e;
        } catch (IllegalStateException e) {
            // More trailers than the web server takes.
            failure = new BadRequestException(e);
        } catch (OutOfMemoryError e) {
            cut(DetectionException.outOfMemory()); // which leaves what has arrived to others
        }
        // From here on its bytes are not taken for other uploads.
        if (!counted.complete(size)) {
            cut(DetectionException.bodiesTakeAll());
        }
        synchronized (this) {
            state = State.RECEIVED;
            segments.forEach(ByteBuffer::flip);
        }
        return true;
    }

    private void store(ByteBuffer from, Admission.Upload counted) {
        while (from.hasRemaining()) {
            ByteBuffer segment = segments.peekLast();
            if (segment == null || !segment.hasRemaining()) {
                int length = (int) Math.max(SMALLEST_SEGMENT, Math.min(LARGEST_SEGMENT, size));
                if (!counted.grow(length)) {
                    cut(DetectionException.bodiesTakeAll());
                    return;
                }
                segment = ByteBuffer.allocate(length);
            }
            synchronized (this) {
                if (state != State.ARRIVING) {
                    return;
                }
                int length = Math.min(segment.remaining(), from.remaining());
                segment.put(from.slice().limit(length));
                from.position(from.position() + length);
                size += length;
                if (segments.peekLast() != segment) {
                    segments.add(segment);
                }
            }
        }
    }

    /** Refuses the body if it still arrives, on any thread, and drops what has arrived; returns whether it did. */
    boolean cut(DetectionException reason) {
        synchronized (this) {
            if (state == State.LEFT) {
                refusal = reason; // before it begins
            }
            if (state != State.ARRIVING) {
                return false;
            }
            state = State.RECEIVED;
            refusal = reason;
            size = 0;
            segments.clear();
        }
        Objects.requireNonNull(upload).complete(0);
        return true;
    }

    /** Refuses the body if it is late or too slow; returns whether it did. */
    boolean cutIfSlow(long now) {
        if (now - deadline >= 0) {
            return cut(DetectionException.lateBody());
        }
        if (now - windowStart >= WINDOW.toNanos()) {
            long arrived = size - windowSize;
            if (arrived < RATE * WINDOW.toSeconds()) {
                return cut(slow());
            }
            windowStart = now;
            windowSize += arrived;
        }
        return false;
    }

    /** Returns whether the client has ended its sending side, so that nothing more arrives. */
    boolean isEnded() {
        return ended;
    }

    /** Returns, once, whether it is time to probe again a client that has ended its sending side. */
    boolean isProbeDue(long now) {
        long last = probed;
        boolean due = last != 0 && now - last >= PROBE_INTERVAL;
        if (due) {
            probed = 0;
        }
        return due;
    }

    /** Ends the arrival where the connection fails, or has been silent for as long as the web server waits. */
    synchronized void fail(@Nullable IOException error) {
        if (error instanceof SocketTimeoutException) {
            cut(slow());
        } else if (state == State.ARRIVING) {
            state = State.RECEIVED;
            failure = error != null ? error : new EOFException("The connection was closed");
        }
    }

    /** Refuses the body if it still arrives, on any thread, and has the request answered. */
    void end(DetectionException reason) {
        if (cut(reason)) {
            wake();
        }
    }

    /** Has a thread of the web server go on with the request. */
    void wake() {
        socket.processSocket(SocketEvent.OPEN_READ, true);
    }

    /** Returns whether the connection was closed. */
    boolean isConnectionClosed() {
        return socket.isClosed();
    }

    private static DetectionException slow() {
        return DetectionException.slowBody(RATE, WINDOW.toSeconds());
    }

    @Override
    public int doRead(ApplicationBufferHandler handler) throws IOException {
        DetectionException reason = refusal();
        if (reason != null) {
            throw new UnreceivedBodyException(reason);
        }
        ByteBuffer segment = segments.poll();
        if (segment != null) {
            handler.setByteBuffer(segment);
            return segment.remaining();
        }
        if (failure instanceof BadRequestException) {
            throw new UnreceivedBodyException(
                    new DetectionException.Rejected(Outcome.INVALID_REQUEST, ErrorEndpoint.detail(failure)));
        }
        if (failure != null) {
            // Not as what it is: the web server would answer with 400 by itself.
            throw new UnreceivedBodyException(DetectionException.cancelled(null));
        }
        if (rest != null) {
            throw new UnreceivedBodyException(rest);
        }
        return -1;
    }

    @Override
    public int available() {
        ByteBuffer segment = segments.peek();
        return segment == null ? 0 : segment.remaining();
    }

    /** Gives the bytes back and the request its own reader of the network. */
    @Override
    public void close() {
        if (of(request) == this) {
            request.setInputBuffer(network);
        }
        segments.clear();
        if (upload != null) {
            upload.close();
        }
    }
}
