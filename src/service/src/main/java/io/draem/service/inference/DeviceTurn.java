package io.draem.service.inference;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets the queues that share a device run one batch at a time, or a few. Of those that want to run, the one that has used the
 * device for the least time goes first: a flooded model gets its share of the time and no more, and a small model does
 * not wait for its turn as often as a large one. Time in which a queue wanted nothing is not saved up.
 */
public final class DeviceTurn {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Share> waiting = new ArrayList<>();
    private final int places;
    private int taken;
    private long latest;

    /** Makes turns for a device that runs one batch at a time. */
    public DeviceTurn() {
        this(1);
    }

    /**
     * @param places how many batches the device runs at a time
     */
    DeviceTurn(int places) {
        this.places = places;
    }

    /** Returns a share of the device for one worker. */
    Share join() {
        return new Share();
    }

    /** The share of one worker, which alone calls it. */
    final class Share {

        private long used;

        /** Waits until the device has a place and nobody who waits has used it less. */
        void take() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                used = Math.max(used, latest);
                waiting.add(this);
                try {
                    while (taken == places || first() != this) {
                        changed.await();
                    }
                } finally {
                    waiting.remove(this);
                    changed.signalAll();
                }
                taken++;
                latest = used;
            } finally {
                lock.unlock();
            }
        }

        /** Gives the device back after it was used for that time. */
        void giveBack(long nanos) {
            lock.lock();
            try {
                used += nanos;
                taken--;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Of equals the one that came first. */
    private Share first() {
        return waiting.stream()
                .min(Comparator.comparingLong(share -> share.used))
                .orElseThrow();
    }
}
