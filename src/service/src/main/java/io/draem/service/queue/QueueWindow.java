package io.draem.service.queue;

import org.jspecify.annotations.Nullable;

/**
 * The slots of one request with several inputs in an {@link InferenceQueue}: at most two batches of slots at a time, which
 * keeps the workers busy and leaves the rest of the queue to other requests. The first slot is taken or refused at once,
 * as that of a request with one input; for further ones the request waits.
 *
 * <p>All windows together hold at most half of the queue beyond their first slots, so that they cannot fill it. In that
 * half, a slot that becomes free goes to the window that waits longest before it goes to a new request, so that new
 * requests cannot starve a window, nor one window another.
 *
 * <p>One thread at a time asks for slots.
 */
public final class QueueWindow<I, O> implements RequestContext.Waiting {

    private final InferenceQueue<I, O> queue;
    private final int limit;
    private int held;
    private @Nullable RequestContext waiting;
    private volatile boolean offered;

    QueueWindow(InferenceQueue<I, O> queue, int limit) {
        this.queue = queue;
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
     * @throws InferenceException.DeadlineExceeded if there was none before the deadline
     * @throws InferenceException.Cancelled if the request was cancelled
     * @throws InferenceException.ShuttingDown if the queue drains
     */
    public Slot<I, O> next(RequestContext context) throws InferenceException, InterruptedException {
        Slot<I, O> slot = new Slot<>(queue, this, true);
        waiting = context;
        queue.enter(this);
        try {
            switch (context.await(this)) {
                case DONE -> queue.accept(this);
                case DEADLINE_EXCEEDED -> throw new InferenceException.DeadlineExceeded();
                case CANCELLED -> throw new InferenceException.Cancelled();
            }
            return slot;
        } finally {
            queue.leave(this);
        }
    }

    /** Returns whether the wait for a slot is over: one is offered, or the queue drains. */
    @Override
    public boolean isDone() {
        return offered || queue.isDraining();
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

    /** Returns whether a slot was offered, which is not any more. */
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
