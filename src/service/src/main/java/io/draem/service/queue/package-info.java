/** Bounded queues, batching, fairness and the workers that run a model's batches. */
@NullMarked
package io.draem.service.queue;

import org.jspecify.annotations.NullMarked;
