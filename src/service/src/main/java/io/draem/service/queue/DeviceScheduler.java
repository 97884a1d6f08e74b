package io.draem.service.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Schedules the runs of the models that share a device: one at a time, or a few. Of the models that wait, the one that has
 * used the device for the least time is next: a flooded model gets its share of the time and no more, and a small model
 * waits less often than a large one. Time in which a model had no requests is not saved up.
 *
 * <p>A run cannot be interrupted for another model, so a long one must not hold back all others: a model without a run
 * may start one beside runs that have lasted for more than a second.
 */
public final class DeviceScheduler {

    private static final Duration ALWAYS = Duration.ofNanos(Long.MAX_VALUE);

    private static final Duration LONG_RUN = Duration.ofSeconds(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Share> waiting = new ArrayList<>();
    private final List<Share> running = new ArrayList<>();
    private final int places;
    private final long longRun;
    private long latest;

    /** Schedules a device that runs one batch at a time. */
    public DeviceScheduler() {
        this(1);
    }

    /**
     * Schedules a device that runs a few batches at a time.
     *
     * @param places how many at a time
     */
    public DeviceScheduler(int places) {
        this(places, LONG_RUN);
    }

    /**
     * @param places how many batches the device runs at a time
     * @param longRun how long a run may hold back models that have none
     */
    DeviceScheduler(int places, Duration longRun) {
        this.places = places;
        this.longRun = longRun.toNanos();
    }

    /** Schedules a device on which no run may be added beside others, however long they last. */
    public static DeviceScheduler exclusive(int places) {
        return new DeviceScheduler(places, ALWAYS);
    }

    /**
     * Returns a share of the device for one worker.
     *
     * @param model what all workers of one model have in common
     */
    Share join(Object model) {
        return new Share(model);
    }

    /** The share of one worker, which alone calls it. */
    final class Share {

        private final Object model;
        private long used;
        private long started;

        private Share(Object model) {
            this.model = model;
        }

        /** Waits until the worker may run and nobody who may has used the device less. */
        void take() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                used = Math.max(used, latest);
                waiting.add(this);
                try {
                    long now = System.nanoTime();
                    while (first(now) != this) {
                        await(now);
                        now = System.nanoTime();
                    }
                    started = now;
                    running.add(this);
                } finally {
                    waiting.remove(this);
                    changed.signalAll();
                }
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
                running.remove(this);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private boolean mayRun(long now) {
            return running.size() < places
                    || !modelRuns()
                            && running.stream()
                                            .filter(run -> now - run.started < longRun)
                                            .count()
                                    < places;
        }

        private boolean modelRuns() {
            return running.stream().anyMatch(run -> run.model == model);
        }

        /**
         * Waits for a change, or until the next run has lasted for long where that matters.
         *
         * @param now when it was found that the worker may not run: a run that has become long since then is waited for no
         *     longer, but not overlooked
         */
        private void await(long now) throws InterruptedException {
            OptionalLong next = modelRuns()
                    ? OptionalLong.empty()
                    : running.stream()
                            .mapToLong(run -> longRun - (now - run.started))
                            .filter(left -> left > 0)
                            .min();
            if (next.isPresent()) {
                changed.awaitNanos(next.getAsLong());
            } else {
                changed.await();
            }
        }
    }

    /** Of equals the one that came first; null where none may run. */
    private @Nullable Share first(long now) {
        return waiting.stream()
                .filter(share -> share.mayRun(now))
                .min(Comparator.comparingLong(share -> share.used))
                .orElse(null);
    }
}
