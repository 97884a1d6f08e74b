package io.draem.trainer.training;

import io.draem.trainer.network.DraemNetwork;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Evaluates weights during a training. */
@FunctionalInterface
public interface Validator {

    /**
     * Returns figures of a network, the same for the same weights.
     *
     * @param network in evaluation mode, in float32, with recomputed batch-norm statistics; not closed
     * @param abandon polled: true when the figures are no longer needed
     * @throws java.util.concurrent.CancellationException if {@code abandon} returned true
     */
    ValidationFigures validate(long step, DraemNetwork network, BooleanSupplier abandon) throws IOException;
}
