package io.draem.trainer.training;

import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.network.ComputeDevice;
import io.draem.trainer.network.DraemNetwork;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/**
 * What a training works with.
 *
 * @param steps how many to take
 * @param firstNetwork makes the network that step 0 begins with, of the recipe's widths; the training closes it
 * @param device where it computes
 * @param batches starts a loader at a step, of images of the recipe's size; the training closes it
 * @param validator of the weights, where the recipe asks for validation
 * @param checkpoints where it is saved
 * @param schedule when it is saved; at its end it always is
 * @param stopRequested asked after every step: true to save and end
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
