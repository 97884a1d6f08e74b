package io.draem.service.queue;

import io.draem.runtime.onnx.Termination;
import java.time.Duration;
import java.util.List;

/** Answers a batch of inputs, one output each, in their order; called by one thread at a time. */
@FunctionalInterface
public interface BatchFunction<I, O> {

    /**
     * Runs the batch, which has at least one input.
     *
     * @param termination where the function says how the run can be ended early; it then throws
     */
    List<O> run(List<I> inputs, Termination termination) throws Exception;

    /** Throws where an output is of no use; the others of its batch are answered all the same. */
    default void check(O output) throws Exception {}

    /** Returns the turn on the device that the function runs on; called once. */
    default DeviceScheduler turn() {
        return new DeviceScheduler();
    }

    /** Returns how long one input is expected to take before anything was measured; zero where nobody knows. */
    default Duration expected() {
        return Duration.ZERO;
    }
}
