package io.draem.service.inference;

import java.util.List;

/** Answers a batch of inputs, one output each, in their order; called by one thread at a time. */
@FunctionalInterface
public interface BatchFunction<I, O> {

    /** Runs the batch, which has at least one input. */
    List<O> run(List<I> inputs) throws Exception;
}
