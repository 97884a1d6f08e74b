package io.draem.service.queue;

import org.jspecify.annotations.Nullable;

/**
 * The slots of one request with several inputs in an {@link InferenceQueue}: at most two batches of slots at a time, which
 * keeps the workers busy and leaves the rest of the queue to other requests. The first slot is granted or refused
 * immediately, as for a request with one input; for further ones the request waits.
 *
 * <p>All windows together hold at most half of the queue beyond their first slots, so that they cannot fill it. In that
 * half, a free slot goes to the window with the longest wait before it goes to a new request, so that new requests cannot
 * starve a window, nor one window another.
 *
 * <p>A request that knows how many further inputs it has {@linkplain #announce announces} them: they are counted in what
 * others have to wait for, get their slots also while the queue drains, and always one at a time. Closing withdraws what has
 * no slot yet.
 *
 * <p>Only one thread at a time may announce inputs, take slots and close.
 */
public final class QueueWindow<I, O> implements RequestContext.Waiting, AutoCloseable {

    private final InferenceQueue<I, O> queue;
    private final RequestBuffer<I, O> buffer;
    private final BatchRuns<I, O> runs;
    private final int limit;
    private int held;
    /** Announced inputs without a slot; written under the queue's lock, by the thread of the window alone. */
    private int announced;

    private @Nullable RequestContext waiting;
    private volatile boolean offered;

    QueueWindow(InferenceQueue<I, O> queue, RequestBuffer<I, O> buffer, BatchRuns<I, O> runs, int limit) {
        this.queue = queue;
        this.buffer = buffer;
        this.runs = runs;
        this.limit = limit;
    }

    /**
     * Takes the first slot.
     *
     * @throws InferenceException.Overloaded if the queue is full
     * @throws InferenceException.ShuttingDown if the queue drains
     */
    public Slot<I, O> first() throws InferenceException {
        return queue.reserve(this);
    }

    /**
     * Announces further inputs, once, after the first slot was taken.
     *
     * @param inputs number of further inputs, at least 0
     * @param context of the request; its deadline is a time of the queue's clock
     * @throws InferenceException.Overloaded if other requests wait or run, and by the average run time the deadline passes
     *     before all of these inputs have run too
     */
    public void announce(int inputs, RequestContext context) throws InferenceException.Overloaded {
        if (inputs == 0) {
            return;
        }
        buffer.lock.lock();
        try {
            // The first slot may be that of another window of the same request.
            boolean alone = runs.isEmpty() && buffer.depth() <= Math.max(1, held) && buffer.announced.isEmpty();
            double needed = runs.nanosFor(buffer.depth() + buffer.announced.before(inputs) + inputs);
            if (!alone && needed > context.deadline() - runs.now()) {
                throw new InferenceException.Overloaded(buffer.capacity(), queue.timeToDrain());
            }
            announced = inputs;
            buffer.announced.add(this);
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Withdraws the announced inputs that have no slot. */
    @Override
    public void close() {
        if (announced > 0) {
            buffer.lock.lock();
            try {
                announced = 0;
                buffer.announced.remove(this);
                buffer.slotsChanged();
            } finally {
                buffer.lock.unlock();
            }
        }
    }

    /**
     * Waits for a further slot.
     *
     * @throws InferenceException.DeadlineExceeded if no slot became free before the deadline
     * @throws InferenceException.Cancelled if the request was cancelled
     * @throws InferenceException.ShuttingDown if the queue drains and the input was not announced, or the queue is closed
     */
    public Slot<I, O> next(RequestContext context) throws InferenceException, InterruptedException {
        Slot<I, O> slot = new Slot<>(queue, this, true);
        waiting = context;
        enter();
        try {
            switch (context.await(this)) {
                case DONE -> requireOffered();
                case DEADLINE_EXCEEDED -> throw new InferenceException.DeadlineExceeded();
                case CANCELLED -> throw new InferenceException.Cancelled();
            }
            return slot;
        } finally {
            leave();
        }
    }

    private void enter() {
        buffer.lock.lock();
        try {
            buffer.enter(this);
        } finally {
            buffer.lock.unlock();
        }
    }

    private void leave() {
        buffer.lock.lock();
        try {
            buffer.leave(this);
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Accepts the offered slot; without one the wait ended because the queue drains. */
    private void requireOffered() throws InferenceException {
        buffer.lock.lock();
        try {
            if (!accept()) {
                throw new InferenceException.ShuttingDown();
            }
            if (announced > 0 && --announced == 0) {
                buffer.announced.remove(this);
            }
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Returns whether the wait for a slot is over: one is offered, or none will be. */
    @Override
    public boolean isDone() {
        return offered || buffer.isClosed() || announced == 0 && buffer.isDraining();
    }

    /** Returns whether the window may be offered another slot; called under the queue's lock, as the following. */
    boolean isOpen() {
        return held < limit && !offered;
    }

    /** Returns how many announced inputs have no slot. */
    int announced() {
        return announced;
    }

    /** Returns whether the request has announced inputs and holds no slot. */
    boolean isIdle() {
        return announced > 0 && held == 0;
    }

    /** Offers a slot that is reserved for the window. */
    void offer() {
        offered = true;
        wake();
    }

    /** Withdraws the offer of a slot; returns whether there was one. */
    boolean accept() {
        boolean was = offered;
        offered = false;
        return was;
    }

    void wake() {
        if (waiting != null) {
            waiting.wake();
        }
    }

    void taken() {
        held++;
    }

    void freed() {
        held--;
    }
}
