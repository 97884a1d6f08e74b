package io.draem.service.sessions;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of one version of a model, one per concurrent run. Either they are open from the start, or the first run
 * that needs them opens them while others wait, and the {@link SessionBudget} may close them while no run uses them.
 *
 * @param <S> a session
 */
public final class GraphSessions<S extends AutoCloseable> {

    private static final Logger log = LoggerFactory.getLogger(GraphSessions.class);

    /** Sessions that could not be opened are not tried again for that time: an attempt may take long, and reads the file. */
    static final Duration RETRY = Duration.ofSeconds(10);

    /** Whether sessions are open; guarded by the lock of the budget. */
    enum State {
        CLOSED,
        OPENING,
        OPEN,
        CLOSING
    }

    private final SessionBudget budget;
    private final String model;
    private final int version;
    private final long bytes;
    private final Opener<S> opener;
    private final boolean keptOpen;
    private volatile List<S> sessions;

    // Guarded by the lock of the budget.
    State state;
    /** Runs that use the sessions. */
    int users;
    /** Runs that wait until the sessions are open. */
    int waiters;
    /** Whether no further run may use open sessions, since they are to be closed for others. */
    boolean yields;
    /** Whether they are closed for good as soon as no run uses them. */
    boolean ended;

    /** When the opening in progress began, or when they were to yield. */
    long since;

    boolean warned;

    @Nullable
    Throwable failure;

    long failed;

    /** Opens the sessions of a version, one per concurrent run. */
    @FunctionalInterface
    public interface Opener<S> {
        List<S> open() throws Exception;
    }

    private GraphSessions(
            SessionBudget budget, String model, int version, long bytes, Opener<S> opener, List<S> sessions) {
        this.budget = budget;
        this.model = model;
        this.version = version;
        this.bytes = bytes;
        this.opener = opener;
        this.sessions = List.copyOf(sessions);
        this.keptOpen = !sessions.isEmpty();
        this.state = keptOpen ? State.OPEN : State.CLOSED;
    }

    /**
     * Returns sessions that stay open until {@link #close}. Others that no run uses are closed if the budget needs it.
     *
     * @param bytes memory that they take
     * @param sessions open ones, at least one
     */
    public static <S extends AutoCloseable> GraphSessions<S> keptOpen(
            SessionBudget budget, String model, int version, long bytes, List<S> sessions) {
        GraphSessions<S> kept = new GraphSessions<>(budget, model, version, bytes, () -> sessions, sessions);
        budget.add(kept);
        return kept;
    }

    /**
     * Returns sessions that are opened by the first run, and again after each eviction.
     *
     * @param bytes memory that they will take
     */
    public static <S extends AutoCloseable> GraphSessions<S> onDemand(
            SessionBudget budget, String model, int version, long bytes, Opener<S> opener) {
        return new GraphSessions<>(budget, model, version, bytes, opener, List.of());
    }

    public String model() {
        return model;
    }

    public int version() {
        return version;
    }

    /** Returns how much memory the sessions take while they are open. */
    public long bytes() {
        return bytes;
    }

    /** Returns whether the sessions stay open. */
    public boolean isKeptOpen() {
        return keptOpen;
    }

    /** Returns whether the sessions are open now. */
    public boolean isOpen() {
        return budget.isOpen(this);
    }

    /**
     * Waits until the sessions are open, which they stay until {@link #release}; opens them if they are not.
     *
     * @param wanted whether the run is still wanted; asked before sessions are opened for it
     * @return whether the sessions are open; false if the run is no longer wanted
     * @throws Exception if they could not be opened now, or some seconds ago, or are closed for good
     */
    public boolean acquire(BooleanSupplier wanted) throws Exception {
        return keptOpen || budget.acquire(this, wanted);
    }

    /** Returns the session of one of the concurrent runs, between {@link #acquire} and {@link #release}. */
    public S get(int run) {
        return sessions.get(run);
    }

    /** Lets the sessions be closed again, as far as this run is concerned. */
    public void release() {
        if (!keptOpen) {
            budget.release(this);
        }
    }

    /** Returns whether the sessions are closed for good, or no more are opened. */
    public boolean isEnded() {
        return budget.isEnded(this);
    }

    /** Returns when sessions that could not be opened are tried again, at least a second. */
    public Duration retryAfter() {
        return budget.retryAfter(this);
    }

    /**
     * Closes the sessions for good, once no run uses them. The calling code makes sure that no run uses sessions that are
     * kept open.
     *
     * @return whether they are closed; false if a run or an opening outlives the limit, after which they are closed
     */
    public boolean close(Duration limit) throws InterruptedException {
        return budget.end(this, limit);
    }

    /** Closes sessions for good that no run has used. */
    public void closeUnused() {
        try {
            close(Duration.ZERO);
        } catch (InterruptedException e) { // does not happen: nothing is waited for
            Thread.currentThread().interrupt();
        }
    }

    /** Throws if the sessions cannot be used or opened; called under the lock of the budget, as the following. */
    void requireUsable(boolean noneIsOpened, long now) {
        if (ended || noneIsOpened && state != State.OPEN) {
            throw new IllegalStateException("Model " + this + " is closed");
        }
        if (nanosToRetry(now) > 0 && state == State.CLOSED) {
            throw new IllegalStateException(
                    "Model " + this + " could not be opened and is not tried again for " + RETRY.toSeconds() + " s",
                    failure);
        }
    }

    /** Returns the seconds to the next attempt, at least one. */
    long secondsToRetry(long now) {
        return Math.max(1, (long) Math.ceil(nanosToRetry(now) / 1e9));
    }

    private long nanosToRetry(long now) {
        return failure == null ? 0 : failed + RETRY.toNanos() - now;
    }

    void opened(@Nullable Throwable reason, long now) {
        // Neither of these says anything about the model: the next run may try at once.
        boolean transitory = reason instanceof InterruptedException || reason instanceof VirtualMachineError;
        failure = transitory ? null : reason;
        failed = now;
    }

    void open() throws Exception {
        sessions = List.copyOf(opener.open());
    }

    /** Closes all sessions, also if one of them fails to. */
    void closeNow() {
        List<S> closing = sessions;
        sessions = List.of();
        for (S session : closing) {
            try {
                session.close();
            } catch (Throwable e) { // the others must be closed and counted as closed
                report(e);
            }
        }
    }

    private void report(Throwable failure) {
        try {
            log.error("A session of model {} did not close", this, failure);
        } catch (Throwable unlogged) {
            // Without memory, logging may fail too.
        }
    }

    @Override
    public String toString() {
        return model + " version " + version;
    }
}
