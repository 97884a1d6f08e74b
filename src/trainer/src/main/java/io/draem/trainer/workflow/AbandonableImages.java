package io.draem.trainer.workflow;

import io.draem.trainer.evaluation.EvaluationImage;
import io.draem.trainer.evaluation.EvaluationSet;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Images of which the next one is refused with a {@link CancellationException} once nobody waits for the result any more:
 * between two images no native code runs, so that what works on them can be left and closed.
 */
record AbandonableImages(EvaluationSet images, BooleanSupplier abandon) implements EvaluationSet {

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public EvaluationImage load(int index) throws IOException {
        if (abandon.getAsBoolean()) {
            throw new CancellationException();
        }
        return images.load(index);
    }
}
