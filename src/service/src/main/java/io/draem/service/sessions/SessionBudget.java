package io.draem.service.sessions;

import io.draem.service.sessions.GraphSessions.State;
import io.draem.text.EscapedFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that the sessions of all models may take. To open sessions, those that no run has used for the longest time
 * are closed. If all are in use, further runs of the least recently used wait until these have been closed and the others
 * opened, so that each model gets its turn. Two models are opened at a time, not counting openings of more than a second.
 */
public final class SessionBudget {

    private static final Logger log = LoggerFactory.getLogger(SessionBudget.class);

    private final SessionListener listener;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final SessionLedger ledger;
    private boolean ended;

    private enum Turn {
        USE,
        OPEN,
        NOTHING
    }

    /**
     * @param limit bytes that sessions take at a time; more only if one alone, or those that are kept open, need it
     * @param listener must be quick and not throw
     * @param clock nanoseconds, as {@link System#nanoTime()} returns them
     */
    public SessionBudget(long limit, SessionListener listener, LongSupplier clock) {
        this.listener = listener;
        this.clock = clock;
        this.ledger = new SessionLedger(limit);
    }

    /** Returns how many bytes sessions may take; {@link Long#MAX_VALUE} where all are kept open. */
    public long limit() {
        return ledger.limit();
    }

    /** Returns the sum of {@link GraphSessions#bytes()} of the sessions that are open or being opened. */
    long used() {
        return locked(ledger::used);
    }

    /** Returns how many models wait to be opened. */
    public long waiting() {
        return locked(ledger::waiting);
    }

    /** Opens no more sessions, and ends the waits for them. */
    public void end() {
        locked(() -> {
            ended = true;
            changed.signalAll();
            return 0;
        });
    }

    boolean isOpen(GraphSessions<?> sessions) {
        return locked(() -> sessions.state == State.OPEN ? 1 : 0) > 0;
    }

    boolean isEnded(GraphSessions<?> sessions) {
        return locked(() -> ended || sessions.ended ? 1 : 0) > 0;
    }

    Duration retryAfter(GraphSessions<?> sessions) {
        return Duration.ofSeconds(locked(() -> sessions.secondsToRetry(clock.getAsLong())));
    }

    void add(GraphSessions<?> kept) {
        List<GraphSessions<?>> evicted = new ArrayList<>();
        locked(() -> {
            ledger.keep(kept, evicted);
            return 0;
        });
        evicted.forEach(this::evict);
    }

    boolean acquire(GraphSessions<?> wanted, BooleanSupplier stillWanted) throws Exception {
        long start = clock.getAsLong();
        List<GraphSessions<?>> evicted = new ArrayList<>();
        Turn turn;
        lock.lockInterruptibly();
        try {
            turn = await(wanted, stillWanted, evicted);
        } finally {
            lock.unlock();
        }
        if (turn == Turn.OPEN) {
            open(wanted, evicted);
            listener.opened(wanted, Duration.ofNanos(clock.getAsLong() - start));
        }
        return turn != Turn.NOTHING;
    }

    void release(GraphSessions<?> sessions) {
        boolean unwanted;
        lock.lock();
        try {
            sessions.users--;
            unwanted = sessions.ended && sessions.users == 0 && sessions.state == State.OPEN;
            if (unwanted) {
                ledger.startClosing(sessions);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (unwanted) {
            close(sessions);
        }
    }

    boolean end(GraphSessions<?> sessions, Duration time) throws InterruptedException {
        lock.lock();
        try {
            sessions.ended = true;
            changed.signalAll();
            long left = time.toNanos();
            while (sessions.users > 0 || sessions.state == State.OPENING || sessions.state == State.CLOSING) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            if (sessions.state == State.CLOSED) {
                return true;
            }
            ledger.startClosing(sessions);
        } finally {
            lock.unlock();
        }
        close(sessions);
        return true;
    }

    /** Waits for the turn of a run: to use open sessions, or to open them, for which memory is reserved then. */
    private Turn await(GraphSessions<?> wanted, BooleanSupplier stillWanted, List<GraphSessions<?>> evicted)
            throws InterruptedException {
        boolean waits = false;
        try {
            while (true) {
                wanted.requireUsable(ended, clock.getAsLong());
                if (wanted.state == State.OPEN && !wanted.yields) {
                    ledger.use(wanted);
                    return Turn.USE;
                }
                if (!stillWanted.getAsBoolean()) {
                    return Turn.NOTHING;
                }
                if (!waits) {
                    waits = true;
                    ledger.startWaiting(wanted);
                }
                long now = clock.getAsLong();
                long left = ledger.isFirst(wanted) ? ledger.nanosToOpening(now) : Long.MAX_VALUE;
                if (left <= 0 && ledger.reserve(wanted, now, evicted)) {
                    return Turn.OPEN;
                }
                changed.awaitNanos(left <= 0 ? SessionLedger.LONG : left);
            }
        } finally {
            if (waits) {
                ledger.endWaiting(wanted);
                changed.signalAll();
            }
        }
    }

    private void open(GraphSessions<?> wanted, List<GraphSessions<?>> evicted) throws Exception {
        Throwable failure = null;
        try {
            evicted.forEach(this::evict);
            awaitClosed();
            wanted.open();
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            opened(wanted, failure);
        }
    }

    private void opened(GraphSessions<?> sessions, @Nullable Throwable failure) {
        lock.lock();
        try {
            ledger.opened(sessions, failure == null);
            sessions.opened(failure, clock.getAsLong());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (failure != null) {
            log.error("Model {} could not be opened", sessions, EscapedFailure.of(failure));
        }
    }

    /** Waits until all memory that is counted as free is free: others may still close sessions. */
    private void awaitClosed() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (ledger.isClosing()) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void evict(GraphSessions<?> sessions) {
        close(sessions);
        listener.evicted(sessions);
    }

    private void close(GraphSessions<?> sessions) {
        try {
            sessions.closeNow();
        } finally {
            locked(() -> {
                ledger.closed(sessions);
                changed.signalAll();
                return 0;
            });
        }
    }

    private long locked(LongSupplier action) {
        lock.lock();
        try {
            return action.getAsLong();
        } finally {
            lock.unlock();
        }
    }
}
