package io.draem.service.queue;

import java.util.function.BooleanSupplier;

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
public final class QueueWindow<I, O> {

    private final InferenceQueue<I, O> queue;
    private final int limit;
    private int held;

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
    public Place<I, O> first() throws InferenceException {
        return queue.reserve(this);
    }

    /**
     * Waits for a further slot.
     *
     * @param deadline moment of the queue's clock until which to wait
     * @param gone asked now and then, on this thread, whether the client has gone
     * @throws InferenceException.DeadlineExceeded if there was none before the deadline
     * @throws InferenceException.Cancelled if the client has gone
     * @throws InferenceException.ShuttingDown if the queue drains
     */
    public Place<I, O> next(long deadline, BooleanSupplier gone) throws InferenceException, InterruptedException {
        queue.enter(this);
        try {
            while (true) {
                Place<I, O> place = queue.awaitPlace(this, deadline);
                if (place != null) {
                    return place;
                }
                if (gone.getAsBoolean()) {
                    throw new InferenceException.Cancelled();
                }
            }
        } finally {
            queue.leave(this);
        }
    }

    /** Tells whether the window may take another slot; called under the queue's lock, as the following. */
    boolean isOpen() {
        return held < limit;
    }

    void taken() {
        held++;
    }

    void freed() {
        held--;
    }
}
