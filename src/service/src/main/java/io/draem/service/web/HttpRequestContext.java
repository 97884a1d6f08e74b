package io.draem.service.web;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.detection.ResponseContext;
import io.draem.service.security.Gatekeeper;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.jspecify.annotations.Nullable;

/** The context of one HTTP request, created on the thread that processes it; watches the connection of its client. */
final class HttpRequestContext extends ResponseContext {

    /** Name of the request's attribute. */
    static final String ATTRIBUTE = HttpRequestContext.class.getName();

    /** Between interim responses, after the first two. */
    private static final long PROBE_INTERVAL = Duration.ofSeconds(1).toNanos();

    private final Thread thread = Thread.currentThread();
    private final Request connection;
    private final @Nullable ReceivedBody body;
    private volatile String client;
    private boolean pipelined;
    private boolean ended;
    private int probes;
    private long probed;
    private boolean gone;

    /**
     * @param client address of the client
     * @param timeout nanoseconds from the request's headers after which the answer is of no use
     */
    HttpRequestContext(Request connection, String client, long timeout) {
        super(start(ReceivedBody.of(connection)), timeout);
        this.connection = connection;
        this.client = client;
        this.body = ReceivedBody.of(connection);
    }

    private static long start(@Nullable ReceivedBody body) {
        return body == null ? System.nanoTime() : body.timing().start();
    }

    @Override
    public String client() {
        return client;
    }

    @Override
    public @Nullable String routingKey() {
        return Headers.routingKey(connection.getHeader(Headers.ROUTING_KEY));
    }

    /** Replaces the address by the name of the API key. */
    void identified(String key) {
        client = Gatekeeper.client(key);
    }

    @Override
    public @Nullable Outcome failure() {
        AtomicBoolean open = new AtomicBoolean();
        connection.action(ActionCode.IS_IO_ALLOWED, open);
        if (!open.get() || connection.getResponse().isExceptionPresent()) {
            return Outcome.CANCELLED;
        }
        return super.failure();
    }

    /**
     * Checks whether the client has closed the connection, without waiting. A client that has ended its sending side
     * alone still gets its answer: it counts as gone once a {@linkplain WatchedProtocol#probe probe} fails.
     */
    @Override
    protected boolean isGone() {
        if (Thread.currentThread() != thread) {
            return false; // its connection is not safe to use by several threads
        }
        // While the body is read, the read itself notices. A further request hides what comes behind it.
        if (gone || pipelined || !WatchedProtocol.isBodyRead(connection)) {
            return gone;
        }
        if (!ended) {
            switch (ConnectionState.of(connection)) {
                case OPEN -> {}
                case PIPELINED -> pipelined = true;
                case ENDED -> ended = true;
                case BROKEN -> gone = true;
            }
        }
        if (ended) {
            gone = !probe();
        }
        return gone;
    }

    private boolean probe() {
        long now = System.nanoTime();
        if (probes >= 2 && now - probed < PROBE_INTERVAL) {
            return true;
        }
        probes++;
        probed = now;
        return WatchedProtocol.probe(connection);
    }

    /** Returns why the request was refused while its body arrived, or before; null if it was not. */
    @Nullable
    DetectionException refusal() {
        return body == null ? null : body.errors().refusal();
    }

    /** Returns whether the request was admitted when its body began to arrive. */
    boolean isAdmitted() {
        return body != null && body.isAdmitted();
    }

    /** Returns what was decided on the request by its headers; null where it was not. */
    KeyFilter.@Nullable Decision decision() {
        return body == null ? null : body.decision();
    }

    /** Returns the body; null where there is none. */
    @Nullable
    ReceivedBody body() {
        return body;
    }

    /** Returns the path as it was sent. */
    String path() {
        return connection.requestURI().toString();
    }
}
