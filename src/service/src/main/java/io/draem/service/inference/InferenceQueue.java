package io.draem.service.inference;

import io.draem.service.inference.QueueListener.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue before one worker for each function (one function for each device), which takes requests in batches.
 *
 * <p>A full queue refuses at once. Requests that are late or given up are dropped before they are run. A request ends
 * exactly once: answered, failed, refused or dropped, also when a function throws an {@link Error}.
 */
public final class InferenceQueue<I, O> {

    private static final Logger log = LoggerFactory.getLogger(InferenceQueue.class);

    /** Weight of the latest run in the measured time of one request. */
    private static final double LATEST = 0.2;

    private final QueueOptions options;
    private final QueueListener listener;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Ticket<I, O>> waiting = new ArrayDeque<>();
    private final List<Thread> workers = new ArrayList<>();
    private int running;
    private double nanosPerRequest;
    private boolean draining;

    private InferenceQueue(QueueOptions options, QueueListener listener, LongSupplier clock) {
        this.options = options;
        this.listener = listener;
        this.clock = clock;
    }

    /**
     * Starts a queue and its workers.
     *
     * @param name name of the worker threads
     * @param functions one for each device
     * @param clock nanoseconds, as {@link System#nanoTime()} gives them
     */
    public static <I, O> InferenceQueue<I, O> start(
            String name,
            List<? extends BatchFunction<I, O>> functions,
            QueueOptions options,
            QueueListener listener,
            LongSupplier clock) {
        InferenceQueue<I, O> queue = new InferenceQueue<>(options, listener, clock);
        for (int i = 0; i < functions.size(); i++) {
            BatchFunction<I, O> function = functions.get(i);
            Thread worker = new Thread(() -> queue.work(function), "inference-" + name + "-" + i);
            worker.setDaemon(true);
            queue.workers.add(worker);
        }
        queue.workers.forEach(Thread::start);
        return queue;
    }

    /**
     * Puts a request into the queue.
     *
     * @param deadline moment of the clock after which nobody wants the answer
     * @throws InferenceException.Overloaded if the queue is full
     * @throws InferenceException.ShuttingDown if the queue drains
     */
    public Ticket<I, O> submit(I input, long deadline) throws InferenceException {
        lock.lock();
        try {
            requireRoom();
            Ticket<I, O> ticket = new Ticket<>(this, input, now(), deadline);
            waiting.addLast(ticket);
            changed.signalAll();
            return ticket;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Throws what {@link #submit} would throw now, so that a caller can refuse before it prepares the input.
     *
     * @throws InferenceException.Overloaded if the queue is full
     * @throws InferenceException.ShuttingDown if the queue drains
     */
    public void requireRoom() throws InferenceException {
        lock.lock();
        try {
            if (draining) {
                listener.rejected(Reason.SHUTTING_DOWN);
                throw new InferenceException.ShuttingDown();
            }
            if (waiting.size() >= options.capacity()) {
                listener.rejected(Reason.QUEUE_FULL);
                throw new InferenceException.Overloaded(options.capacity(), timeToDrain());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many requests wait now. */
    public int depth() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many requests may wait. */
    public int capacity() {
        return options.capacity();
    }

    /** Refuses new requests from now on; those that wait are finished. */
    public void refuseNew() {
        lock.lock();
        try {
            draining = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Refuses new requests from now on, finishes those that wait and ends the workers. Requests that still wait after
     * the limit are refused.
     *
     * @return whether the workers have ended, so that what they ran on may be closed
     */
    public boolean drain(Duration limit) throws InterruptedException {
        refuseNew();
        long end = System.nanoTime() + limit.toNanos();
        boolean ended = true;
        for (Thread worker : workers) {
            TimeUnit.NANOSECONDS.timedJoin(worker, Math.max(1, end - System.nanoTime()));
            ended &= !worker.isAlive();
        }
        lock.lock();
        try {
            waiting.forEach(ticket -> drop(ticket, new InferenceException.ShuttingDown()));
            waiting.clear();
        } finally {
            lock.unlock();
        }
        return ended;
    }

    long now() {
        return clock.getAsLong();
    }

    void abandon(Ticket<I, O> ticket, InferenceException reason) {
        lock.lock();
        try {
            waiting.remove(ticket);
            drop(ticket, reason);
        } finally {
            lock.unlock();
        }
    }

    private void work(BatchFunction<I, O> function) {
        try {
            for (List<Ticket<I, O>> batch = take(); !batch.isEmpty(); batch = take()) {
                run(function, batch);
            }
        } catch (InterruptedException e) {
            log.error(
                    "The worker {} was interrupted and has ended",
                    Thread.currentThread().getName());
        }
    }

    /** Waits for requests and takes a batch; an empty one says that the queue has drained. */
    private List<Ticket<I, O>> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                while (waiting.isEmpty()) {
                    if (draining) {
                        return List.of();
                    }
                    changed.await();
                }
                waitForMore();
                List<Ticket<I, O>> batch = new ArrayList<>();
                while (batch.size() < options.maxBatchSize() && !waiting.isEmpty()) {
                    Ticket<I, O> ticket = waiting.removeFirst();
                    if (ticket.isLate(now())) {
                        drop(ticket, new InferenceException.DeadlineExceeded());
                    } else {
                        batch.add(ticket);
                    }
                }
                if (!batch.isEmpty()) {
                    running += batch.size();
                    return batch;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void waitForMore() throws InterruptedException {
        while (!waiting.isEmpty() && waiting.size() < options.maxBatchSize() && !draining) {
            long left = waiting.getFirst().submitted() + options.maxBatchDelay().toNanos() - now();
            if (left <= 0) {
                return;
            }
            changed.awaitNanos(left);
        }
    }

    private void run(BatchFunction<I, O> function, List<Ticket<I, O>> batch) {
        long started = now();
        try {
            listener.batchStarted(batch.size());
            List<O> outputs = function.run(batch.stream().map(Ticket::input).toList());
            if (outputs.size() != batch.size()) {
                throw new IllegalStateException(batch.size() + " inputs gave " + outputs.size() + " outputs");
            }
            long ended = now();
            for (int i = 0; i < batch.size(); i++) {
                Ticket<I, O> ticket = batch.get(i);
                ticket.succeed(new Answer<>(
                        outputs.get(i),
                        Duration.ofNanos(started - ticket.submitted()),
                        Duration.ofNanos(ended - started)));
            }
        } catch (Throwable e) { // an Error too must end every request, and the worker lives on
            log.error("A run of {} request(s) failed", batch.size(), e);
            batch.forEach(ticket -> ticket.fail(new InferenceException.Failed(e)));
        } finally {
            finished(batch.size(), now() - started);
        }
    }

    private void finished(int requests, long nanos) {
        lock.lock();
        try {
            running -= requests;
            double latest = (double) nanos / requests;
            nanosPerRequest = nanosPerRequest == 0 ? latest : nanosPerRequest + LATEST * (latest - nanosPerRequest);
        } finally {
            lock.unlock();
        }
    }

    /** Returns how long the requests in the queue and in the workers take at the measured rate. */
    private Duration timeToDrain() {
        double nanos = (waiting.size() + running) * nanosPerRequest / workers.size();
        return Duration.ofSeconds(Math.max(1, (long) Math.ceil(nanos / 1e9)));
    }

    private void drop(Ticket<I, O> ticket, InferenceException reason) {
        if (ticket.fail(reason)) {
            listener.rejected(
                    reason instanceof InferenceException.DeadlineExceeded
                            ? Reason.DEADLINE
                            : reason instanceof InferenceException.Cancelled ? Reason.CANCELLED : Reason.SHUTTING_DOWN);
        }
    }
}
