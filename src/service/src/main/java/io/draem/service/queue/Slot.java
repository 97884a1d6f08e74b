package io.draem.service.queue;

import org.jspecify.annotations.Nullable;

/**
 * Capacity for one request in an {@link InferenceQueue}, reserved while the request is being prepared: a request that holds
 * a slot is not refused because the queue is full. Closing releases the slot unless a request was submitted; a second call
 * does nothing.
 */
public final class Slot<I, O> implements AutoCloseable {

    private final InferenceQueue<I, O> queue;
    private final @Nullable QueueWindow<I, O> window;
    private final boolean further;
    private boolean held = true;

    /**
     * @param window of the request; null for a request with one input
     * @param further whether the window has waited for it
     */
    Slot(InferenceQueue<I, O> queue, @Nullable QueueWindow<I, O> window, boolean further) {
        this.queue = queue;
        this.window = window;
        this.further = further;
    }

    /**
     * Puts the request into the queue.
     *
     * @param context of the request; its deadline is a time of the queue's clock
     * @throws InferenceException.ShuttingDown if the queue has been closed in the meantime
     */
    public PendingRequest<I, O> submit(I input, RequestContext context) throws InferenceException {
        return queue.submit(this, input, context);
    }

    @Override
    public void close() {
        queue.release(this);
    }

    @Nullable
    QueueWindow<I, O> window() {
        return window;
    }

    boolean isFurther() {
        return further;
    }

    /** Returns whether the slot was still held; called under the queue's lock. */
    boolean release() {
        boolean was = held;
        held = false;
        return was;
    }
}
