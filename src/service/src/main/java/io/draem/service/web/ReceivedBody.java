package io.draem.service.web;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Objects;
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

    private final Request request;
    private final InputBuffer network;
    private final SocketWrapperBase<?> socket;
    private final WatchedProtocol.Received received = new WatchedProtocol.Received();
    private final HalfClosedClient client = new HalfClosedClient();
    private final UploadTiming timing;
    private BodyBytes bytes = new BodyBytes(0, 0);
    private final BodyErrors errors = new BodyErrors();
    private final KeyFilter.@Nullable Decision decision;
    private Admission.@Nullable Upload upload;
    private boolean admitted;
    private volatile State state = State.LEFT;

    private enum State {
        LEFT,
        ARRIVING,
        RECEIVED
    }

    /**
     * @param decision what was decided on the request by its headers
     * @param timeout nanoseconds that the request may take from now on
     */
    ReceivedBody(Request request, KeyFilter.@Nullable Decision decision, long timeout) {
        this.request = request;
        this.decision = decision;
        this.network = request.getInputBuffer();
        this.socket = WatchedProtocol.socket(request);
        this.timing = new UploadTiming(timeout);
    }

    /** Returns the body of a request that has one. */
    static @Nullable ReceivedBody of(Request request) {
        return request.getInputBuffer() instanceof ReceivedBody body ? body : null;
    }

    /** Returns when the request's headers were read, and how long its body may take. */
    UploadTiming timing() {
        return timing;
    }

    /** Returns what was decided on the request by its headers; null where it was not. */
    KeyFilter.@Nullable Decision decision() {
        return decision;
    }

    /** Returns whether the request was admitted when it began to arrive. */
    boolean isAdmitted() {
        return admitted;
    }

    /** Returns why the body, or the rest of it, cannot be read. */
    BodyErrors errors() {
        return errors;
    }

    /** Returns whether the client had its time to send the body: what still arrives of it is not read for long. */
    boolean isLate() {
        return errors.isRefused(Outcome.SLOW_BODY)
                || errors.isRefused(Outcome.DEADLINE_EXCEEDED)
                || admitted && errors.isRefused(Outcome.SHUTTING_DOWN);
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
        this.bytes = new BodyBytes(request.getContentLengthLong(), limit);
        errors.rest(tooLarge);
        timing.shorten(timeout);
        state = errors.refusal() == null ? State.ARRIVING : State.RECEIVED;
    }

    /** Takes what has arrived, without waiting; returns whether no more is to come or wanted. */
    boolean receive() {
        Admission.Upload counted = Objects.requireNonNull(upload);
        try {
            while (state == State.ARRIVING && !bytes.isFull()) {
                int read = WatchedProtocol.read(request, network, received);
                if (read == 0) {
                    return false;
                }
                if (read < 0) {
                    errors.rest(null);
                    break;
                }
                store(received.getByteBuffer(), counted);
            }
            bytes.trim();
        } catch (EOFException e) {
            if (!client.probe(request, e, errors)) {
                return false;
            }
        } catch (IOException | IllegalStateException e) {
            errors.broken(e);
        } catch (OutOfMemoryError e) {
            cut(DetectionException.outOfMemory()); // which leaves what has arrived to others
        }
        // From here on its bytes are not taken for other uploads.
        if (!counted.complete(bytes.size())) {
            cut(DetectionException.bodiesTakeAll());
        }
        state = State.RECEIVED;
        return true;
    }

    private void store(ByteBuffer from, Admission.Upload counted) {
        int growth = bytes.growth(from.remaining());
        // Without a lock: other bodies may give way to this one, and this one to them.
        if (growth > 0 && !counted.grow(growth)) {
            cut(DetectionException.bodiesTakeAll());
        } else {
            bytes.add(from);
        }
    }

    /** Refuses the body if it still arrives, on any thread, and drops what has arrived; returns whether it did. */
    boolean cut(DetectionException reason) {
        synchronized (this) {
            if (state == State.LEFT) {
                errors.refuse(reason); // before it begins
            }
            if (state != State.ARRIVING) {
                return false;
            }
            state = State.RECEIVED;
            errors.refuse(reason);
            bytes.clear();
        }
        Objects.requireNonNull(upload).complete(0);
        return true;
    }

    /**
     * Has the request answered if its body is late or too slow, and a client that has ended its sending side probed in time;
     * to be called several times per second.
     */
    void check(long now) {
        DetectionException reason = timing.refusal(now, bytes.size());
        if (reason != null && cut(reason) || client.isProbeDue(now)) {
            wake();
        }
    }

    /** Returns whether nothing more arrives, since the client has ended its sending side. */
    boolean isEnded() {
        return client.hasEnded();
    }

    /** Ends the upload where the connection fails, or has been silent for as long as the web server waits. */
    synchronized void fail(@Nullable IOException error) {
        if (error instanceof SocketTimeoutException) {
            cut(UploadTiming.tooSlow());
        } else if (state == State.ARRIVING) {
            state = State.RECEIVED;
            errors.broken(error != null ? error : new EOFException("The connection was closed"));
        }
    }

    /** Refuses the body if it still arrives, on any thread, and has the request answered. */
    void end(DetectionException reason) {
        if (cut(reason)) {
            wake();
        }
    }

    /** Has a thread of the web server continue with the request. */
    private void wake() {
        socket.processSocket(SocketEvent.OPEN_READ, true);
    }

    /** Returns whether the connection was closed. */
    boolean isConnectionClosed() {
        return socket.isClosed();
    }

    /**
     * Returns the bytes of the body in an array that nothing else holds, once; more than a number of them may be only the
     * beginning.
     */
    byte[] take(int most) {
        errors.requireReceived();
        if (bytes.size() <= most) {
            errors.requireWhole();
        }
        return bytes.take();
    }

    @Override
    public int doRead(ApplicationBufferHandler handler) {
        errors.requireReceived();
        if (bytes.size() > 0) {
            ByteBuffer all = ByteBuffer.wrap(bytes.take());
            handler.setByteBuffer(all);
            return all.remaining();
        }
        errors.requireWhole();
        return -1;
    }

    @Override
    public int available() {
        return bytes.size();
    }

    /** Gives the bytes back and the request its own reader of the network. */
    @Override
    public void close() {
        if (of(request) == this) {
            request.setInputBuffer(network);
        }
        bytes.clear();
        if (upload != null) {
            upload.close();
        }
    }
}
