package io.draem.service.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The workers' side of an {@link InferenceQueue}: forms batches of waiting requests, tracks each run until it ends, and
 * measures how long a request takes on average.
 */
final class BatchRuns<I, O> {

    /** Weight of the latest run in the moving average. */
    private static final double LATEST = 0.2;

    private final RequestBuffer<I, O> buffer;
    private final InferenceQueue.Options options;
    private final int workers;
    private final LongSupplier clock;
    private final List<BatchRun<I, O>> runs = new ArrayList<>();
    private final long expected;
    private double nanosPerRequest;
    /** The shortest time per request of any run; 0 before the first one. */
    private double leastNanos;

    /**
     * @param workers maximum number of concurrent runs
     * @param expected time per request before anything has been measured; zero if unknown
     */
    BatchRuns(
            RequestBuffer<I, O> buffer,
            InferenceQueue.Options options,
            int workers,
            Duration expected,
            LongSupplier clock) {
        this.buffer = buffer;
        this.options = options;
        this.workers = workers;
        this.expected = expected.toNanos();
        this.nanosPerRequest = this.expected;
        this.clock = clock;
    }

    /** Starts one worker thread per function. If one of them cannot be started, those before it end. */
    void startWorkers(String name, List<? extends BatchFunction<I, O>> functions, QueueListener listener) {
        boolean started = false;
        try {
            for (int i = 0; i < functions.size(); i++) {
                Thread worker =
                        new Thread(new DeviceWorker<>(this, functions.get(i), listener), "inference-" + name + "-" + i);
                worker.setDaemon(true);
                worker.start();
            }
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    private void close() {
        buffer.lock.lock();
        try {
            buffer.close();
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Returns the current time of the queue's clock in nanoseconds. */
    long now() {
        return clock.getAsLong();
    }

    /** Waits until a batch is due; returns false once the queue has drained. */
    boolean awaitRequests() throws InterruptedException {
        buffer.lock.lockInterruptibly();
        try {
            while (buffer.size() == 0) {
                if (buffer.isFinished()) {
                    return false;
                }
                buffer.changed.await();
            }
            awaitFullBatch();
            return true;
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Waits until a full batch is there, or the oldest request has waited for the delay. */
    private void awaitFullBatch() throws InterruptedException {
        while (buffer.size() > 0 && buffer.size() < options.maxBatchSize() && !buffer.isDraining()) {
            long left = buffer.oldest() + options.maxBatchDelay().toNanos() - now();
            if (left <= 0) {
                return;
            }
            buffer.changed.awaitNanos(left);
        }
    }

    /** Returns whether a request waits. */
    boolean hasRequests() {
        buffer.lock.lock();
        try {
            return buffer.size() > 0;
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Fails the requests that wait. */
    void refuseWaiting(InferenceException reason) {
        buffer.lock.lock();
        try {
            buffer.clear(pending -> pending.fail(reason));
            buffer.slotsChanged();
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Takes the next batch, without requests whose deadline has passed; unless it is empty, it runs until {@link #ended}. */
    BatchRun<I, O> take() {
        buffer.lock.lock();
        try {
            List<PendingRequest<I, O>> batch = buffer.take(
                    options.maxBatchSize(), now(), late -> late.fail(new InferenceException.DeadlineExceeded()));
            buffer.slotsChanged();
            BatchRun<I, O> run = new BatchRun<>(batch);
            if (!batch.isEmpty()) {
                runs.add(run);
                batch.forEach(pending -> pending.runsIn(run));
                // The thread of a request ends it at its deadline, but may be busy with another request of the batch.
                run.whenLate(now(), () -> expire(run));
            }
            return run;
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Fails the late requests of a run, and ends it early if no other is left. */
    private void expire(BatchRun<I, O> run) {
        buffer.lock.lock();
        try {
            if (runs.contains(run)) {
                run.expire(now());
            }
        } finally {
            buffer.lock.unlock();
        }
    }

    /**
     * Records that a run has ended.
     *
     * @param nanos how long its requests were delayed by it
     */
    void ended(BatchRun<I, O> run, long nanos) {
        buffer.lock.lock();
        try {
            runs.remove(run);
            run.over();
            double latest = (double) nanos / run.size();
            if (run.isComplete()) { // one that was ended early was too short
                leastNanos = leastNanos == 0 ? latest : Math.min(leastNanos, latest);
            }
            nanosPerRequest = nanosPerRequest == 0 ? latest : nanosPerRequest + LATEST * (latest - nanosPerRequest);
            buffer.changed.signalAll();
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Fails a request that waits or runs, and ends its run early if no other request is left in it. */
    void abandon(PendingRequest<I, O> pending, InferenceException reason) {
        buffer.lock.lock();
        try {
            buffer.remove(pending);
            pending.fail(reason);
            BatchRun<I, O> run = pending.run();
            if (run != null && runs.contains(run)) {
                run.terminateIfUnwanted();
            }
            buffer.slotsChanged();
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Returns whether nothing runs; called under the lock, as the following. */
    boolean isEmpty() {
        return runs.isEmpty();
    }

    void terminateAll() {
        runs.forEach(BatchRun::terminate);
    }

    /** Returns the estimated time for that many waiting requests and those that run, in whole seconds, at least one. */
    Duration timeFor(int waiting) {
        return Duration.ofSeconds(Math.max(1, (long) Math.ceil(nanosFor(waiting) / 1e9)));
    }

    /** Returns the estimated nanoseconds for that many waiting requests and those that run. */
    double nanosFor(int waiting) {
        int requests = waiting + runs.stream().mapToInt(BatchRun::size).sum();
        return requests * nanosPerRequest / workers;
    }

    /**
     * Returns the shortest time in which that many requests may run: by the fastest run, or the warm-up if that was faster.
     * Before any run it is half of what the warm-up says, since other models may have been warmed up at the same time. A
     * wrong estimate would otherwise never be corrected, as it refuses the requests that would correct it.
     */
    Duration shortestTime(int requests) {
        double least = leastNanos == 0 ? expected / 2.0 : expected == 0 ? leastNanos : Math.min(leastNanos, expected);
        return Duration.ofNanos((long) (requests * least / workers));
    }
}
