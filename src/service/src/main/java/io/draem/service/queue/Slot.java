package io.draem.service.queue;

import org.jspecify.annotations.Nullable;

/**
 * A place in an {@link InferenceQueue} for a request that is still being prepared: what has one will not be told that
 * the queue is full. Closing gives it back unless the request has taken it; it counts once, whatever happens.
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
     * Puts the request into its place.
     *
     * @param context of the request, whose deadline is a moment of the queue's clock
     * @throws InferenceException.ShuttingDown if the queue was closed in the meantime
     */
    public PendingRequest<I, O> submit(I input, RequestContext context) throws InferenceException {
        return queue.occupy(this, input, context);
    }

    @Override
    public void close() {
        queue.giveBack(this);
    }

    @Nullable
    QueueWindow<I, O> window() {
        return window;
    }

    boolean isFurther() {
        return further;
    }

    /** Tells whether the place was still held; called under the queue's lock. */
    boolean release() {
        boolean was = held;
        held = false;
        return was;
    }
}
