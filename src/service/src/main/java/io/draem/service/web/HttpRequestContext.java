package io.draem.service.web;

import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.queue.RequestContext;
import io.draem.service.security.Gatekeeper;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.jspecify.annotations.Nullable;

/** The context of one HTTP request, created on the thread that processes it; watches the connection of its client. */
final class HttpRequestContext extends RequestContext implements Outcome.OfResponse {

    /** Name of the request's attribute. */
    static final String ATTRIBUTE = HttpRequestContext.class.getName();

    /** Between interim responses, after the first two. */
    private static final long PROBE_INTERVAL = Duration.ofSeconds(1).toNanos();

    private final Thread thread = Thread.currentThread();
    private final Request connection;
    private final @Nullable ReceivedBody body;
    private final long start;
    private volatile String client;
    private final CompletableFuture<@Nullable Void> answered = new CompletableFuture<>();
    private volatile long deadline;
    private volatile boolean reported;
    private volatile @Nullable Outcome failure;
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
        this.connection = connection;
        this.client = client;
        this.body = ReceivedBody.of(connection);
        this.start = body == null ? System.nanoTime() : body.timing().start();
        this.deadline = start + timeout;
    }

    @Override
    public long deadline() {
        return deadline;
    }

    @Override
    public String client() {
        return client;
    }

    /** Replaces the address by the name of the API key. */
    void identified(String key) {
        client = Gatekeeper.client(key);
    }

    @Override
    public void whenCompleted(Runnable action) {
        answered.thenRun(action);
    }

    @Override
    public void reported() {
        reported = true;
    }

    /** Returns whether the outcome of the request is reported already, or will be. */
    boolean isReported() {
        return reported;
    }

    /**
     * Notes that the answer has been sent or cannot be. What waits for that is done once, at the first call.
     *
     * @param failure why the service failed on the answer; null where it did not
     */
    void answered(@Nullable Outcome failure) {
        this.failure = failure;
        answered.complete(null);
    }

    @Override
    public @Nullable Outcome failure() {
        AtomicBoolean open = new AtomicBoolean();
        connection.action(ActionCode.IS_IO_ALLOWED, open);
        if (!open.get() || connection.getResponse().isExceptionPresent()) {
            return Outcome.CANCELLED;
        }
        return failure;
    }

    @Override
    public void shortenTo(long earlier) {
        deadline = start + Math.min(deadline - start, earlier - start);
    }

    /** Moves the deadline forward to that many nanoseconds after the request's headers; a later one changes nothing. */
    void shorten(long timeout) {
        deadline = start + Math.min(deadline - start, timeout);
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

    /** Returns how long ago the request's headers were read. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
