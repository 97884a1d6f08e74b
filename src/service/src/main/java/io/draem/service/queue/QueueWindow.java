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
 * <p>Only one thread at a time may take slots.
 */
public final class QueueWindow<I, O> implements RequestContext.Waiting {

    private final InferenceQueue<I, O> queue;
    private final RequestBuffer<I, O> buffer;
    private final int limit;
    private int held;
    private @Nullable RequestContext waiting;
    private volatile boolean offered;

    QueueWindow(InferenceQueue<I, O> queue, RequestBuffer<I, O> buffer, int limit) {
        this.queue = queue;
        this.buffer = buffer;
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
     * Waits for a further slot.
     *
     * @throws InferenceException.DeadlineExceeded if no slot became free before the deadline
     * @throws InferenceException.Cancelled if the request was cancelled
     * @throws InferenceException.ShuttingDown if the queue drains
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
        } finally {
            buffer.lock.unlock();
        }
    }

    /** Returns whether the wait for a slot is over: one is offered, or the queue drains. */
    @Override
    public boolean isDone() {
        return offered || buffer.isDraining();
    }

    /** Returns whether the window may be offered another slot; called under the queue's lock, as the following. */
    boolean isOpen() {
        return held < limit && !offered;
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
