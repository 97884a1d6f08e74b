package io.draem.service.queue;

/** Hears what happens in a queue; called on the threads of the queue and of its callers, so it must be quick. */
public interface QueueListener {

    /** A listener that does nothing. */
    QueueListener NONE = new QueueListener() {};

    /** A batch of that size starts to run. */
    default void batchStarted(int size) {}

    /**
     * A batch has run and its requests have ended. Runs that were stopped, and those that the JVM lacked memory for, are not
     * reported: they say nothing of the function.
     *
     * @param size how many inputs ran
     * @param failed how many of them the function failed on, up to {@code size}
     */
    default void batchEnded(int size, int failed) {}
}
