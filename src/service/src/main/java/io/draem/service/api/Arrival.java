package io.draem.service.api;

import io.draem.service.detection.Caller;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.jspecify.annotations.Nullable;

/** The caller of one request, watched at its connection. */
final class Arrival implements Caller {

    /** Name of the request's attribute. */
    static final String ATTRIBUTE = Arrival.class.getName();

    /** What Tomcat says is there to read when reading fails; the beginning of a further request is longer. */
    private static final int BROKEN = 1;

    private final Request connection;
    private final CompletableFuture<@Nullable Void> answered = new CompletableFuture<>();
    private volatile long deadline;
    private boolean gone;

    Arrival(Request connection, long deadline) {
        this.connection = connection;
        this.deadline = deadline;
    }

    @Override
    public long deadline() {
        return deadline;
    }

    @Override
    public void whenAnswered(Runnable action) {
        answered.thenRun(action);
    }

    /** Notes that the answer has been sent or cannot be. */
    void answered() {
        answered.complete(null);
    }

    /** Brings the deadline forward; it cannot be put off. */
    void shorten(long other) {
        if (other - deadline < 0) {
            deadline = other;
        }
    }

    /**
     * Looks whether the connection was closed, without waiting. A caller that has closed its sending side alone counts
     * as gone too, as it does for other servers: nobody can tell the two apart.
     */
    @Override
    public boolean isGone() {
        // As long as the body is being read, the read itself notices.
        if (!gone && isBodyRead()) {
            gone = readable() == BROKEN;
        }
        return gone;
    }

    /** Tells whether the whole body has been read, or there is none. */
    boolean isBodyRead() {
        AtomicBoolean read = new AtomicBoolean();
        connection.action(ActionCode.REQUEST_BODY_FULLY_READ, read);
        return read.get();
    }

    /** Returns how many bytes can be read now without waiting. */
    int readable() {
        connection.action(ActionCode.AVAILABLE, true);
        return connection.getAvailable();
    }

    /** Has the connection closed after the answer, in place of reading what is left of the body. */
    void abandonBody() {
        connection.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
    }
}
