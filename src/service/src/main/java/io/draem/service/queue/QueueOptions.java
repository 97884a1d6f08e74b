package io.draem.service.queue;

import java.time.Duration;

/**
 * Limits of an {@link InferenceQueue}.
 *
 * @param capacity how many requests may wait
 * @param maxBatchSize most inputs in one run
 * @param maxBatchDelay how long the first request of a batch waits for more
 */
public record QueueOptions(int capacity, int maxBatchSize, Duration maxBatchDelay) {

    public QueueOptions {
        if (capacity < 1 || maxBatchSize < 1 || maxBatchDelay.isNegative()) {
            throw new IllegalArgumentException("A queue needs a capacity and a batch size of at least 1 and no negative"
                    + " delay, got " + capacity + ", " + maxBatchSize + ", " + maxBatchDelay);
        }
    }
}
