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
 * Schedules the runs of the models that share a device: one at a time, or a few. Of the waiting models, the one that has
 * used the device for the least time runs next: a flooded model gets no more than its share of the time, and a small model
 * waits less often than a large one. A model without requests does not accumulate unused time.
 *
 * <p>A run is not interrupted for another model, so a long one must not block all others: a model without a run may start
 * one in addition to runs that have lasted for more than a second.
 */
public final class DeviceScheduler {

    private static final Duration ALWAYS = Duration.ofNanos(Long.MAX_VALUE);

    private static final Duration LONG_RUN = Duration.ofSeconds(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Share> waiting = new ArrayList<>();
    private final List<Share> running = new ArrayList<>();
    private final int concurrentRuns;
    private final long longRun;
    private long latest;

    /** Schedules a device that runs one batch at a time. */
    public DeviceScheduler() {
        this(1);
    }

    /**
     * Schedules a device that runs several batches at a time.
     *
     * @param concurrentRuns maximum number of concurrent runs
     */
    public DeviceScheduler(int concurrentRuns) {
        this(concurrentRuns, LONG_RUN);
    }

    /**
     * @param concurrentRuns maximum number of concurrent runs
     * @param longRun how long a run may block models that have none
     */
    DeviceScheduler(int concurrentRuns, Duration longRun) {
        this.concurrentRuns = concurrentRuns;
        this.longRun = longRun.toNanos();
    }

    /** Schedules a device that never exceeds its concurrent runs, however long they last. */
    public static DeviceScheduler exclusive(int concurrentRuns) {
        return new DeviceScheduler(concurrentRuns, ALWAYS);
    }

    /**
     * Returns a share of the device for one worker.
     *
     * @param model identity of the model, the same object for all its workers
     */
    Share join(Object model) {
        return new Share(model);
    }

    /** The share of one worker, called on its thread only. */
    final class Share {

        private final Object model;
        private long used;
        private long started;

        private Share(Object model) {
            this.model = model;
        }

        /** Waits until the worker may run, and no other that may has used the device less. */
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

        /** Releases the device after it was used for that time. */
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
            return running.size() < concurrentRuns
                    || !modelRuns()
                            && running.stream()
                                            .filter(run -> now - run.started < longRun)
                                            .count()
                                    < concurrentRuns;
        }

        private boolean modelRuns() {
            return running.stream().anyMatch(run -> run.model == model);
        }

        /**
         * Waits for a change, or until the next run counts as long if this worker may then start.
         *
         * @param now time of the check that found that the worker may not run; a run that counts as long since then ends the
         *     wait immediately
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

    /** Returns the worker to run next, of equals the first that came; null if none may run. */
    private @Nullable Share first(long now) {
        return waiting.stream()
                .filter(share -> share.mayRun(now))
                .min(Comparator.comparingLong(share -> share.used))
                .orElse(null);
    }
}
