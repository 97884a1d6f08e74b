package io.draem.service.inference;

/** Hears what happens in a queue; called on the threads of the queue and of its callers, so it must be quick. */
public interface QueueListener {

    /** A listener that does nothing. */
    QueueListener NONE = new QueueListener() {};

    /** A batch of that size starts to run. */
    default void batchStarted(int size) {}
}
