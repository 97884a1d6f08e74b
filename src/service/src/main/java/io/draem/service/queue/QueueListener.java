package io.draem.service.queue;

/** Receives the events of a queue; called on its worker threads, so it must be quick. */
public interface QueueListener {

    /** A listener that does nothing. */
    QueueListener NONE = new QueueListener() {};

    /** Called when a batch starts to run. */
    default void batchStarted(int size) {}

    /**
     * Called when a batch has run and its requests have ended. Not called for runs that were terminated or failed for lack
     * of memory: these are no failures of the function.
     *
     * @param size number of inputs
     * @param failed number of inputs that the function failed on, up to {@code size}
     */
    default void batchEnded(int size, int failed) {}
}
