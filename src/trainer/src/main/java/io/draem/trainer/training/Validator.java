package io.draem.trainer.training;

import io.draem.trainer.network.DraemNetwork;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Judges weights during a training. */
@FunctionalInterface
public interface Validator {

    /**
     * Returns figures of a network, the same for the same weights.
     *
     * @param network in evaluation mode, in float32, with batch-norm statistics taken again; closed by the caller
     * @param abandon asked now and then: true when the figures are no longer wanted
     * @throws java.util.concurrent.CancellationException if {@code abandon} said so
     */
    ValidationFigures validate(long step, DraemNetwork network, BooleanSupplier abandon) throws IOException;
}
