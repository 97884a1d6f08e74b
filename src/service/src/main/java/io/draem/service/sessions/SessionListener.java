package io.draem.service.sessions;

import java.time.Duration;

/** Receives the events of {@link GraphSessions}, on the thread that opens or closes them. */
public interface SessionListener {

    /** Ignores all events. */
    SessionListener NONE = new SessionListener() {};

    /**
     * The sessions of a version were opened for a run.
     *
     * @param time that it took
     */
    default void opened(GraphSessions<?> sessions, Duration time) {}

    /** The sessions of a version were closed, so that those of others could be opened. */
    default void evicted(GraphSessions<?> sessions) {}
}
