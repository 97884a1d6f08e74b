package io.draem.service.queue;

import io.draem.runtime.onnx.Termination;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Computes one output per input of a batch, in the same order; called by one thread at a time. */
@FunctionalInterface
public interface BatchFunction<I, O> {

    /**
     * Runs a batch of at least one input.
     *
     * @param termination where the function registers how the run can be ended early; {@code run} then throws
     */
    List<O> run(List<I> inputs, Termination termination) throws Exception;

    /**
     * Makes ready what {@link #run} needs until {@link #release}; called before the device is taken, since it may last long.
     *
     * @param wanted whether a request still waits
     * @return whether it is ready; false if no request waits any more
     * @throws InferenceException for all requests that wait
     */
    default boolean acquire(BooleanSupplier wanted) throws InferenceException, InterruptedException {
        return true;
    }

    /** Called after each {@link #acquire} that has returned true. */
    default void release() {}

    /** Throws if an output cannot be used; the other requests of its batch succeed nevertheless. */
    default void check(O output) throws Exception {}

    /** Returns the scheduler of the device that the function runs on; called once. */
    default DeviceScheduler device() {
        return new DeviceScheduler();
    }

    /** Returns the expected time per input before anything has been measured; zero if unknown. */
    default Duration expected() {
        return Duration.ZERO;
    }
}
