package io.draem.service.sessions;

import io.draem.service.sessions.GraphSessions.State;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which sessions are open, which are to be opened next and which are closed for them; guarded by the lock of the budget. */
final class SessionLedger {

    private static final Logger log = LoggerFactory.getLogger(SessionLedger.class);

    private static final int CONCURRENT = 2;
    /** Nanoseconds after which an opening, or a run for whose end others wait, does not hold up the others any more. */
    static final long LONG = 1_000_000_000;

    private final long limit;
    /** Open sessions that may be closed, the least recently used first. */
    private final Set<GraphSessions<?>> open = new LinkedHashSet<>();
    /** Sessions to be opened, in the order of the first run that waits for each. */
    private final Set<GraphSessions<?>> waiting = new LinkedHashSet<>();

    private final Set<GraphSessions<?>> opening = new LinkedHashSet<>();
    /** The sessions for which others yield. */
    private @Nullable GraphSessions<?> next;

    private long used;
    private int closing;

    SessionLedger(long limit) {
        this.limit = limit;
    }

    long limit() {
        return limit;
    }

    long used() {
        return used;
    }

    int waiting() {
        return waiting.size();
    }

    boolean isClosing() {
        return closing > 0;
    }

    /** Counts sessions that are kept open, and chooses others to close for them as far as no run uses them. */
    void keep(GraphSessions<?> kept, List<GraphSessions<?>> evicted) {
        used += kept.bytes();
        chooseUnused(used - limit, evicted);
        evicted.forEach(this::startClosing);
    }

    /** Counts one more run that uses open sessions. */
    void use(GraphSessions<?> sessions) {
        sessions.users++;
        open.remove(sessions);
        open.add(sessions);
    }

    /** Counts a run that waits until sessions are open. */
    void startWaiting(GraphSessions<?> sessions) {
        sessions.waiters++;
        waiting.add(sessions);
    }

    /** Ends the wait of a run, and of others for those that yielded for it. */
    void endWaiting(GraphSessions<?> sessions) {
        sessions.waiters--;
        if (sessions.waiters == 0) {
            waiting.remove(sessions);
        }
        if (next == sessions) {
            next = null;
            open.forEach(yielding -> yielding.yields = false);
        }
    }

    /** Returns whether sessions are the next to be opened. */
    boolean isFirst(GraphSessions<?> sessions) {
        for (GraphSessions<?> candidate : waiting) {
            if (candidate.state == State.CLOSED) {
                return candidate == sessions;
            }
        }
        return false;
    }

    /** Returns after what time one more opening may begin; one that hangs does not prevent others. */
    long nanosToOpening(long now) {
        long[] left = opening.stream()
                .mapToLong(sessions -> sessions.since + LONG - now)
                .filter(nanos -> nanos > 0)
                .sorted()
                .toArray();
        return left.length < CONCURRENT ? 0 : left[left.length - CONCURRENT];
    }

    /**
     * Reserves the memory of sessions that are opened next.
     *
     * @param evicted gets the sessions to close before
     * @return whether there is memory; otherwise no further run uses those that are to be closed for it
     */
    boolean reserve(GraphSessions<?> wanted, long now, List<GraphSessions<?>> evicted) {
        long excess = used + wanted.bytes() - limit;
        long left = chooseUnused(excess, evicted);
        if (left > 0 && (open.size() > evicted.size() || !opening.isEmpty())) {
            evicted.clear();
            yieldFor(wanted, excess, now);
            return false;
        }
        if (left > 0 && !wanted.warned) {
            wanted.warned = true;
            log.warn(
                    "Model {} takes {} bytes, more than draem.models.memory-budget ({}) leaves beside models that are kept"
                            + " open: raise it",
                    wanted,
                    wanted.bytes(),
                    limit);
        }
        evicted.forEach(this::startClosing);
        wanted.state = State.OPENING;
        wanted.since = now;
        opening.add(wanted);
        used += wanted.bytes();
        waiting.remove(wanted);
        waiting.add(wanted); // its further runs have their turn after those of others
        return true;
    }

    /** Records that an opening has ended; the run that opened sessions uses them. */
    void opened(GraphSessions<?> sessions, boolean successfully) {
        opening.remove(sessions);
        if (successfully) {
            sessions.state = State.OPEN;
            use(sessions);
        } else {
            sessions.state = State.CLOSED;
            used -= sessions.bytes();
        }
    }

    void startClosing(GraphSessions<?> sessions) {
        closing++;
        sessions.state = State.CLOSING;
        sessions.yields = false;
        open.remove(sessions);
        used -= sessions.bytes();
    }

    void closed(GraphSessions<?> sessions) {
        closing--;
        sessions.state = State.CLOSED;
    }

    /**
     * Without this, models of which some run always waits for the device would never be closed. One whose run lasts does not
     * count any more, so that further ones yield.
     */
    private void yieldFor(GraphSessions<?> wanted, long excess, long now) {
        next = wanted;
        long left = excess;
        for (GraphSessions<?> candidate : open) {
            if (left > 0 && !candidate.yields) {
                candidate.yields = true;
                candidate.since = now;
            }
            if (candidate.yields && now - candidate.since < LONG) {
                left -= candidate.bytes();
            }
        }
    }

    /** Returns what the chosen sessions leave of an excess. */
    private long chooseUnused(long excess, List<GraphSessions<?>> chosen) {
        long left = excess;
        for (GraphSessions<?> candidate : open) {
            if (left > 0 && candidate.users == 0) {
                chosen.add(candidate);
                left -= candidate.bytes();
            }
        }
        return left;
    }
}
