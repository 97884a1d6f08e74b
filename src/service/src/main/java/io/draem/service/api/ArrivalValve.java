package io.draem.service.api;

import io.draem.service.detection.LateBodyException;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.InputBuffer;
import org.apache.tomcat.util.net.ApplicationBufferHandler;

/**
 * Watches every request from its arrival on: its body must have come before the deadline, and what was not read of it
 * (most often because the request was refused) is read to its end only as long as it comes quickly. So no caller can
 * hold a thread of the web server for long by being slow.
 */
final class ArrivalValve extends ValveBase {

    private static final long SILENCE = Duration.ofSeconds(1).toNanos();
    private static final long WHOLE = Duration.ofSeconds(10).toNanos();
    private static final long PAUSE = Duration.ofMillis(1).toNanos();

    private final long requestTimeout;
    private final Semaphore drains;
    private final ConnectionDrain connections;

    /**
     * @param drains how many threads may read the rest of refused bodies at a time
     */
    ArrivalValve(Duration requestTimeout, int drains, ConnectionDrain connections) {
        super(true);
        this.connections = connections;
        this.requestTimeout = requestTimeout.toNanos();
        this.drains = new Semaphore(drains);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        org.apache.coyote.Request connection = request.getCoyoteRequest();
        Arrival arrival = new Arrival(connection, request.getRemoteAddr(), System.nanoTime() + requestTimeout);
        InputBuffer body = connection.getInputBuffer();
        connection.setInputBuffer(new TimedBody(body, arrival));
        request.setAttribute(Arrival.ATTRIBUTE, arrival);
        if (connections.isClosing()) {
            response.setHeader("Connection", "close");
        }
        try {
            getNext().invoke(request, response);
        } finally {
            arrival.answered();
            connection.setInputBuffer(body);
            if (!arrival.isBodyRead()) {
                // First the answer: a caller that waits for it before it goes on sending gets it.
                response.finishResponse();
                drain(arrival, body);
            }
        }
    }

    /** Reads the rest: a caller that is still writing would see a broken connection in place of the answer. */
    private void drain(Arrival arrival, InputBuffer body) {
        if (!drains.tryAcquire()) {
            arrival.abandonBody();
            return;
        }
        try {
            Discard discard = new Discard();
            long start = System.nanoTime();
            long heard = start;
            while (!arrival.isBodyRead()) {
                long now = System.nanoTime();
                if (arrival.readable() > 0) {
                    if (body.doRead(discard) < 0) {
                        return;
                    }
                    heard = now;
                } else if (now - heard > SILENCE || now - start > WHOLE) {
                    arrival.abandonBody();
                    return;
                } else {
                    LockSupport.parkNanos(PAUSE);
                }
            }
        } catch (IOException e) {
            arrival.abandonBody();
        } finally {
            drains.release();
        }
    }

    /** A body that must have come before the deadline. */
    private record TimedBody(InputBuffer body, Arrival arrival) implements InputBuffer {

        @Override
        public int doRead(ApplicationBufferHandler handler) throws IOException {
            if (arrival.nanosLeft() <= 0) {
                arrival.abandonBody();
                throw new LateBodyException();
            }
            return body.doRead(handler);
        }

        @Override
        public int available() {
            return body.available();
        }
    }

    /** Takes bytes that nobody wants. */
    private static final class Discard implements ApplicationBufferHandler {

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
}
