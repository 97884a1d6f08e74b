package io.draem.service.models;

import io.draem.service.queue.QueueListener;

/**
 * The most recent runs of a version, and whether too large a share of them failed. A run in which some images failed counts
 * as that part of a run, so that one failed batch is one failed run.
 */
final class RecentRuns implements QueueListener {

    /** How many runs count. */
    static final int WINDOW = 50;
    /** How many runs there must be before a share says anything. */
    static final int LEAST = 10;

    private final double maxFailedShare;
    private final QueueListener others;
    private final int[] sizes = new int[WINDOW];
    private final int[] failures = new int[WINDOW];
    private long ended;
    private boolean reported;
    private Runnable whenExceeded = () -> {};

    /**
     * @param maxFailedShare a larger share of failed runs is too large; 1 is never exceeded
     * @param others is called for each event too
     */
    RecentRuns(double maxFailedShare, QueueListener others) {
        this.maxFailedShare = maxFailedShare;
        this.others = others;
    }

    /**
     * Sets what is called when the share becomes too large, on the thread of that run, so it must be quick. It is called
     * again only after the share has fallen to half the limit in between.
     */
    synchronized void whenExceeded(Runnable action) {
        whenExceeded = action;
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
            int slot = (int) (ended++ % WINDOW);
            sizes[slot] = size;
            failures[slot] = failed;
            action = !reported && exceeded() ? whenExceeded : () -> {};
            reported = exceeded() || reported && failedShare() > maxFailedShare / 2;
        }
        action.run();
    }

    /** Returns whether too large a share of the recent runs failed; always false before there were enough of them. */
    synchronized boolean exceeded() {
        return ended >= LEAST && failedShare() > maxFailedShare;
    }

    /** Returns what failed, to be read after "failed on". */
    @Override
    public synchronized String toString() {
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
