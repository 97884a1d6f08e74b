package io.draem.service.queue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue before one worker for each function, which takes requests in batches. There is a function for each run
 * that a device does at a time.
 *
 * <p>A full queue refuses at once. Requests that are late or given up are dropped before they are run. A request ends
 * exactly once: answered, failed, refused or dropped, also when a function throws an {@link Error}.
 */
public final class InferenceQueue<I, O> {

    /** How long a run may take to notice that it should end. */
    private static final Duration TO_STOP = Duration.ofSeconds(1);

    private final QueueOptions options;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final RequestBuffer<I, O> line;
    private final BatchRuns<I, O> runs;
    private volatile boolean draining;
    private boolean closed;

    private InferenceQueue(QueueOptions options, LongSupplier clock, BatchRuns<I, O> runs) {
        this.options = options;
        this.clock = clock;
        this.line = new RequestBuffer<>(options.capacity());
        this.runs = runs;
    }

    /**
     * Starts a queue and its workers.
     *
     * @param name name of the worker threads
     * @param functions one for each run at a time
     * @param listener may fail or interrupt its thread without an effect on the queue
     * @param clock nanoseconds, as {@link System#nanoTime()} gives them
     */
    public static <I, O> InferenceQueue<I, O> start(
            String name,
            List<? extends BatchFunction<I, O>> functions,
            QueueOptions options,
            QueueListener listener,
            LongSupplier clock) {
        InferenceQueue<I, O> queue = new InferenceQueue<>(
                options,
                clock,
                new BatchRuns<>(functions.size(), functions.get(0).expected()));
        QueueListener guarded = Listeners.all(QueueListener.class, List.of(listener));
        boolean started = false;
        try {
            for (int i = 0; i < functions.size(); i++) {
                Thread worker =
                        new Thread(new DeviceWorker<>(queue, functions.get(i), guarded), "inference-" + name + "-" + i);
                worker.setDaemon(true);
                worker.start();
            }
            started = true;
        } finally {
            if (!started) {
                queue.endWorkers();
            }
        }
        return queue;
    }

    /** Ends workers that have nothing to run. */
    private void endWorkers() {
        lock.lock();
        try {
            draining = true;
            closed = true;
            changed.signalAll(); // nobody has the queue yet
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts a request into the queue.
     *
     * @param context of the request, whose deadline is a moment of the clock
     * @throws InferenceException.Overloaded if the queue is full
     * @throws InferenceException.ShuttingDown if the queue drains
     */
    public PendingRequest<I, O> submit(I input, RequestContext context) throws InferenceException {
        try (Slot<I, O> place = reserve()) {
            return place.submit(input, context);
        }
    }

    /**
     * Takes a place for a request that is still to be prepared; a drain waits for it.
     *
     * @throws InferenceException.Overloaded if the queue is full
     * @throws InferenceException.ShuttingDown if the queue drains
     */
    public Slot<I, O> reserve() throws InferenceException {
        return reserve(null);
    }

    Slot<I, O> reserve(@Nullable QueueWindow<I, O> window) throws InferenceException {
        lock.lock();
        try {
            requireRoom();
            Slot<I, O> place = new Slot<>(this, window, false);
            line.reserve(window, false);
            return place;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the slots for the inputs of one request, none of them taken yet. */
    public QueueWindow<I, O> window() {
        return new QueueWindow<>(this, 2 * options.maxBatchSize());
    }

    /** Has a window wait for a slot, which it is offered when there is one. */
    void enter(QueueWindow<I, O> window) {
        lock.lock();
        try {
            line.enter(window);
            slotsChanged();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the wait of a window; a slot that it was offered and has not taken is free again. */
    void leave(QueueWindow<I, O> window) {
        lock.lock();
        try {
            line.leave(window);
            slotsChanged();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the slot that a window was offered. */
    void accept(QueueWindow<I, O> window) throws InferenceException {
        lock.lock();
        try {
            if (!window.accept()) {
                throw new InferenceException.ShuttingDown();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether new requests are refused; asked without the lock. */
    boolean isDraining() {
        return draining;
    }

    /** Offers free slots to the windows that wait, and wakes the threads that wait for the queue. Allocates nothing. */
    private void slotsChanged() {
        if (!draining) {
            line.offer();
        }
        changed.signalAll();
    }

    /**
     * Throws what {@link #reserve} would throw now, so that a caller can refuse before it reads the input.
     *
     * @throws InferenceException.Overloaded if the queue is full
     * @throws InferenceException.ShuttingDown if the queue drains
     */
    public void requireRoom() throws InferenceException {
        lock.lock();
        try {
            if (draining) {
                throw new InferenceException.ShuttingDown();
            }
            if (line.isFull()) {
                throw new InferenceException.Overloaded(line.capacity(), timeToDrain());
            }
        } finally {
            lock.unlock();
        }
    }

    PendingRequest<I, O> occupy(Slot<I, O> place, I input, RequestContext context) throws InferenceException {
        lock.lock();
        try {
            if (!place.release()) {
                throw new IllegalStateException("The place was taken or given back already");
            }
            if (closed) {
                line.release(place);
                changed.signalAll();
                throw new InferenceException.ShuttingDown();
            }
            changed.signalAll();
            PendingRequest<I, O> pending = new PendingRequest<>(this, place, input, now(), context);
            line.add(pending);
            return pending;
        } finally {
            lock.unlock();
        }
    }

    void giveBack(Slot<I, O> place) {
        lock.lock();
        try {
            if (place.release()) {
                line.release(place);
                slotsChanged();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many places are taken now, by requests that wait or are being prepared. */
    public int depth() {
        lock.lock();
        try {
            return line.depth();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many places there are. */
    public int capacity() {
        return line.capacity();
    }

    /** Returns how long the requests that are here now take at the measured pace, in whole seconds, at least one. */
    public Duration timeToDrain() {
        lock.lock();
        try {
            return runs.timeFor(line.depth());
        } finally {
            lock.unlock();
        }
    }

    /** Refuses new requests from now on; those that have a place are finished. */
    public void refuseNew() {
        lock.lock();
        try {
            draining = true;
            line.wakeWindows();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Refuses new requests from now on, finishes those that have a place and ends the workers. Requests that still wait
     * after the limit are refused, and runs are stopped.
     *
     * @return whether nothing runs any more, so that what it ran on may be closed
     */
    public boolean drain(Duration limit) throws InterruptedException {
        refuseNew();
        lock.lockInterruptibly();
        try {
            awaitIdle(limit);
            closed = true;
            line.clear(pending -> pending.fail(new InferenceException.ShuttingDown()));
            runs.terminateAll();
            changed.signalAll();
            awaitIdle(TO_STOP);
            return runs.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void awaitIdle(Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        while (left > 0 && !(runs.isEmpty() && line.isEmpty() && (closed || !line.hasReserved()))) {
            left = changed.awaitNanos(left);
        }
    }

    long now() {
        return clock.getAsLong();
    }

    void abandon(PendingRequest<I, O> pending, InferenceException reason) {
        lock.lock();
        try {
            line.remove(pending);
            pending.fail(reason);
            runs.terminateIfUnwanted(pending);
            slotsChanged();
        } finally {
            lock.unlock();
        }
    }

    /** Returns when there is a batch to take, or false when the queue has drained. */
    boolean awaitRequests() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (line.isEmpty()) {
                if (closed || (draining && !line.hasReserved())) {
                    return false;
                }
                changed.await();
            }
            waitForMore();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes what is not late; it runs until {@link #ended}. */
    BatchRun<I, O> take() {
        lock.lock();
        try {
            List<PendingRequest<I, O>> batch = line.take(
                    options.maxBatchSize(), now(), late -> late.fail(new InferenceException.DeadlineExceeded()));
            slotsChanged();
            BatchRun<I, O> run = runs.begin(batch);
            if (run.size() > 0) {
                // Whoever waits for a request ends it in time, but may be busy with others: the device is not.
                run.whenLate(now(), () -> expire(run));
            }
            return run;
        } finally {
            lock.unlock();
        }
    }

    private void expire(BatchRun<I, O> run) {
        lock.lock();
        try {
            runs.expire(run, now());
        } finally {
            lock.unlock();
        }
    }

    /** Notes that a run has ended, which kept its requests for that time. */
    void ended(BatchRun<I, O> run, long nanos) {
        lock.lock();
        try {
            runs.ended(run, nanos);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void waitForMore() throws InterruptedException {
        while (!line.isEmpty() && line.size() < options.maxBatchSize() && !draining) {
            long left = line.oldest() + options.maxBatchDelay().toNanos() - now();
            if (left <= 0) {
                return;
            }
            changed.awaitNanos(left);
        }
    }
}
