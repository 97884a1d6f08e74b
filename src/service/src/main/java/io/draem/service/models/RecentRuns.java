package io.draem.service.models;

import io.draem.service.queue.QueueListener;
import io.draem.text.SafeText;
import org.jspecify.annotations.Nullable;

/**
 * The most recent runs of a version, and whether too large a share of them failed. A run in which some images failed counts
 * as the failed share of a run, so that one failed batch is one failed run.
 */
final class RecentRuns implements QueueListener {

    /** Number of recent runs that count. */
    static final int WINDOW = 50;
    /** Minimum number of runs for a meaningful share. */
    static final int LEAST = 10;

    private final double maxFailedShare;
    private final QueueListener others;
    private final int[] sizes = new int[WINDOW];
    private final int[] failures = new int[WINDOW];
    private long ended;
    private boolean reported;
    private Runnable whenExceeded = () -> {};
    /** Why the graph cannot be opened; null if it can, or has not been. */
    private @Nullable String refusal;

    /**
     * @param maxFailedShare maximum share of failed runs; 1 is never exceeded
     * @param others receives each event too
     */
    RecentRuns(double maxFailedShare, QueueListener others) {
        this.maxFailedShare = maxFailedShare;
        this.others = others;
    }

    /**
     * Sets the action for a share that exceeds the limit, called on the thread of the run, so it must be quick. It is called
     * again only after the share has fallen to half the limit in between.
     */
    synchronized void whenExceeded(Runnable action) {
        whenExceeded = action;
    }

    /** Records that the graph was opened for a run, or was open. */
    synchronized void opened() {
        refusal = null;
    }

    /** Records that the graph cannot be opened, which counts as more than the share. */
    void failedToOpen(@Nullable String reason) {
        Runnable action;
        synchronized (this) {
            action = refusal == null && maxFailedShare < 1 ? whenExceeded : () -> {};
            refusal = String.valueOf(reason);
        }
        action.run();
    }

    @Override
    public void batchStarted(int size) {
        others.batchStarted(size);
    }

    @Override
    public void batchEnded(int size, int failed) {
        others.batchEnded(size, failed);
        Runnable action;
        synchronized (this) {
            int index = (int) (ended++ % WINDOW);
            sizes[index] = size;
            failures[index] = failed;
            action = !reported && exceeded() ? whenExceeded : () -> {};
            reported = exceeded() || reported && failedShare() > maxFailedShare / 2;
        }
        action.run();
    }

    /** Returns whether the share of failed runs exceeds the limit; false while there are too few runs. */
    synchronized boolean exceeded() {
        return maxFailedShare < 1 && refusal != null || ended >= LEAST && failedShare() > maxFailedShare;
    }

    /** Returns the number of failed images, or why it cannot be opened, worded to follow "failed on". */
    @Override
    public synchronized String toString() {
        if (refusal != null) {
            return "its opening (" + SafeText.escaped(refusal) + ")";
        }
        int images = 0;
        int failed = 0;
        for (int i = 0; i < count(); i++) {
            images += sizes[i];
            failed += failures[i];
        }
        return failed + " of the " + images + " images of its last " + count() + " runs";
    }

    private double failedShare() {
        double failed = 0;
        for (int i = 0; i < count(); i++) {
            failed += (double) failures[i] / sizes[i];
        }
        return failed / Math.max(1, count());
    }

    private int count() {
        return (int) Math.min(ended, WINDOW);
    }
}
