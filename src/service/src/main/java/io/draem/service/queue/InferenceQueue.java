package io.draem.service.queue;

import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of requests that workers take in batches. Each worker has a function of its own, and there is one for
 * each concurrent run of a device.
 *
 * <p>A full queue refuses requests immediately. Late and cancelled requests are dropped before they run. A request ends
 * exactly once: with a result, failed, refused or dropped, also when a function throws an {@link Error}.
 */
public final class InferenceQueue<I, O> {

    /** How long a run may take to end after it was terminated. */
    private static final Duration TO_STOP = Duration.ofSeconds(1);

    private final Options options;
    private final RequestBuffer<I, O> buffer;
    private final BatchRuns<I, O> runs;

    private InferenceQueue(Options options, RequestBuffer<I, O> buffer, BatchRuns<I, O> runs) {
        this.options = options;
        this.buffer = buffer;
        this.runs = runs;
    }

    /**
     * Limits of a queue.
     *
     * @param capacity number of slots
     * @param maxBatchSize maximum number of inputs in one run
     * @param maxBatchDelay how long the first request of a batch waits for more
     */
    public record Options(int capacity, int maxBatchSize, Duration maxBatchDelay) {

        public Options {
            if (capacity < 1 || maxBatchSize < 1 || maxBatchDelay.isNegative()) {
                throw new IllegalArgumentException("A queue needs a capacity and a batch size of at least 1 and no"
                        + " negative delay, got " + capacity + ", " + maxBatchSize + ", " + maxBatchDelay);
            }
        }
    }

    /**
     * Starts a queue and its workers.
     *
     * @param name name of the worker threads
     * @param functions one per worker
     * @param listener may fail or interrupt its thread without an effect on the queue
     * @param clock nanoseconds, as {@link System#nanoTime()} returns them
     */
    public static <I, O> InferenceQueue<I, O> start(
            String name,
            List<? extends BatchFunction<I, O>> functions,
            Options options,
            QueueListener listener,
            LongSupplier clock) {
        RequestBuffer<I, O> buffer = new RequestBuffer<>(options.capacity());
        BatchRuns<I, O> runs = new BatchRuns<>(
                buffer, options, functions.size(), functions.get(0).expected(), clock);
        runs.startWorkers(name, functions, Listeners.all(QueueListener.class, List.of(listener)));
        return new InferenceQueue<>(options, buffer, runs);
    }

    /**
     * Puts a request into the queue.
     *
     * @param context of the request; its deadline is a time of the queue's clock
     * @throws InferenceException.Overloaded if the queue is full
     * @throws InferenceException.ShuttingDown if the queue drains
     */
    public PendingRequest<I, O> submit(I input, RequestContext context) throws InferenceException {
        try (Slot<I, O> slot = reserve()) {
            return slot.submit(input, context);
        }
    }

    /**
     * Takes a slot for a request that is still to be prepared; a drain waits for it.
     *
     * @throws InferenceException.Overloaded if the queue is full
     * @throws InferenceException.ShuttingDown if the queue drains
     */
    public Slot<I, O> reserve() throws InferenceException {
        return reserve(null);
    }

    Slot<I, O> reserve(@Nullable QueueWindow<I, O> window) throws InferenceException {
        buffer.lock.lock();
        try {
            if (buffer.isDraining()) {
                throw new InferenceException.ShuttingDown();
            }
            requireCapacity();
            Slot<I, O> slot = new Slot<>(this, window, false);
            buffer.reserve(window, false);
            return slot;
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Returns the slots for the inputs of one request, none of them taken yet. */
    public QueueWindow<I, O> window() {
        return new QueueWindow<>(this, buffer, runs, 2 * options.maxBatchSize());
    }

    /**
     * Throws what {@link #reserve} would throw at a full queue, so that a request can be refused before its input is read.
     * That the queue drains is no reason to refuse it then: once its input is read, another queue may have replaced this one.
     *
     * @throws InferenceException.Overloaded if the queue is full
     */
    public void requireCapacity() throws InferenceException.Overloaded {
        buffer.lock.lock();
        try {
            if (buffer.isFull()) {
                throw new InferenceException.Overloaded(buffer.capacity(), timeToDrain());
            }
        } finally {
            buffer.lock.unlock();
        }
    }

    PendingRequest<I, O> submit(Slot<I, O> slot, I input, RequestContext context) throws InferenceException {
        buffer.lock.lock();
        try {
            if (!slot.release()) {
                throw new IllegalStateException("The slot was used or released already");
            }
            if (buffer.isClosed()) {
                buffer.release(slot);
                buffer.changed.signalAll();
                throw new InferenceException.ShuttingDown();
            }
            buffer.changed.signalAll();
            PendingRequest<I, O> pending = new PendingRequest<>(runs, slot, input, runs.now(), context);
            buffer.add(pending);
            return pending;
        } finally {
            buffer.lock.unlock();
        }
    }

    void release(Slot<I, O> slot) {
        buffer.lock.lock();
        try {
            if (slot.release()) {
                buffer.release(slot);
                buffer.slotsChanged();
            }
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Returns how many slots are held now, by waiting requests and by those that are being prepared. */
    public int depth() {
        buffer.lock.lock();
        try {
            return buffer.depth();
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Returns how many slots there are. */
    public int capacity() {
        return buffer.capacity();
    }

    /**
     * Returns how long the current requests take at the average run time, with what they have announced, in whole seconds, at
     * least one.
     */
    public Duration timeToDrain() {
        buffer.lock.lock();
        try {
            return runs.timeFor(buffer.depth() + buffer.announced.size());
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Returns the shortest time in which that many inputs may run, were there no others; zero if unknown. */
    public Duration shortestTime(int inputs) {
        buffer.lock.lock();
        try {
            return runs.shortestTime(inputs);
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Refuses new requests; those that hold a slot are completed. */
    public void refuseNew() {
        buffer.lock.lock();
        try {
            buffer.drain();
        } finally {
            buffer.lock.unlock();
        }
    }

    /**
     * Refuses new requests, completes those that hold a slot and ends the workers. Requests that still wait after the limit
     * are refused, and runs are terminated.
     *
     * @return whether nothing runs any more, so that the functions' resources may be closed
     */
    public boolean drain(Duration limit) throws InterruptedException {
        refuseNew();
        buffer.lock.lockInterruptibly();
        try {
            awaitIdle(limit);
            buffer.close();
            buffer.clear(pending -> pending.fail(new InferenceException.ShuttingDown()));
            runs.terminateAll();
            awaitIdle(TO_STOP);
            return runs.isEmpty();
        } finally {
            buffer.lock.unlock();
        }
    }

    private void awaitIdle(Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        while (left > 0 && !(runs.isEmpty() && buffer.isFinished())) {
            left = buffer.changed.awaitNanos(left);
        }
    }
}
