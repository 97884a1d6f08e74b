package io.draem.trainer.training;

import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.network.ComputeDevice;
import io.draem.trainer.network.DraemNetwork;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/**
 * The inputs of a training.
 *
 * @param steps number of steps
 * @param firstNetwork creates the network of step 0 with the recipe's widths; the training closes it
 * @param device that computes
 * @param batches starts a loader at a step, with images of the recipe's size; the training closes it
 * @param validator of the weights, if the recipe includes validation
 * @param checkpoints folder of checkpoints
 * @param schedule when it is saved; always at its end
 * @param stopRequested polled after every step: true to save and stop
 */
public record TrainingSetup(
        TrainingOrigin origin,
        long steps,
        FirstNetwork firstNetwork,
        ComputeDevice device,
        LongFunction<BatchLoader> batches,
        Validator validator,
        Checkpoints checkpoints,
        CheckpointSchedule schedule,
        TrainingListener listener,
        BooleanSupplier stopRequested) {

    /** Makes a network. */
    @FunctionalInterface
    public interface FirstNetwork {

        /** Throws {@link IOException} if it is in a file that cannot be used. */
        DraemNetwork make() throws IOException;
    }

    Recipe recipe() {
        return origin.recipe();
    }
}
