package io.draem.service.web;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Gives every request its context, and reads what was not received of its body (most often because the request was
 * refused) to its end as long as it arrives quickly. So no client can hold a thread of the web server for long by being
 * slow.
 */
final class RequestContextValve extends ValveBase {

    private static final long SILENCE = Duration.ofSeconds(1).toNanos();
    private static final long WHOLE = Duration.ofSeconds(10).toNanos();
    private static final long PAUSE = Duration.ofMillis(1).toNanos();

    private final long requestTimeout;
    private final Semaphore drains;
    private final ConnectionDrain connections;

    /**
     * @param drains how many threads may read the rest of refused bodies at a time
     */
    RequestContextValve(Duration requestTimeout, int drains, ConnectionDrain connections) {
        super(true);
        this.connections = connections;
        this.requestTimeout = requestTimeout.toNanos();
        this.drains = new Semaphore(drains);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        org.apache.coyote.Request connection = request.getCoyoteRequest();
        HttpRequestContext arrival = new HttpRequestContext(connection, request.getRemoteAddr(), requestTimeout);
        request.setAttribute(HttpRequestContext.ATTRIBUTE, arrival);
        if (connections.isClosing()) {
            response.setHeader("Connection", "close");
        }
        Thread.interrupted(); // which the request before on this thread may have left behind
        try {
            getNext().invoke(request, response);
        } finally {
            Thread.interrupted();
            arrival.answered(null);
            if (!WatchedProtocol.isBodyRead(connection)) {
                // First the answer: a client that waits for it before it goes on sending gets it.
                response.finishResponse();
                drain(connection, arrival);
            }
        }
    }

    /** Reads the rest: a client that is still writing would see a broken connection instead of the response. */
    private void drain(org.apache.coyote.Request connection, HttpRequestContext arrival) {
        ReceivedBody body = ReceivedBody.of(connection);
        if (body == null || body.isSlow() || body.isBroken() || !drains.tryAcquire()) {
            arrival.abandonBody();
            return;
        }
        body.close(); // the request is answered: nothing waits for it any more, and its bytes are free
        try {
            // A client that waits for 100 Continue sends no body once it has an answer.
            long silence = connection.hasExpectation() ? 0 : SILENCE;
            long whole = body.isGivenUp() ? SILENCE : WHOLE;
            WatchedProtocol.Received discarded = new WatchedProtocol.Received();
            long start = System.nanoTime();
            long heard = start;
            while (true) {
                int read = WatchedProtocol.read(connection, body.network(), discarded);
                long now = System.nanoTime();
                if (read < 0) {
                    return;
                }
                if (read > 0) {
                    heard = now;
                }
                if (read == 0 && now - heard >= silence || now - start > whole) {
                    arrival.abandonBody();
                    return;
                }
                if (read == 0) {
                    LockSupport.parkNanos(PAUSE);
                }
            }
        } catch (IOException | IllegalStateException e) {
            // Broken, or with more trailers than the web server takes.
            arrival.abandonBody();
        } finally {
            drains.release();
        }
    }
}
