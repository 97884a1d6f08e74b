package io.draem.trainer.training;

import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.network.ComputeDevice;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/**
 * What a training works with.
 *
 * @param steps how many to take
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
        ComputeDevice device,
        LongFunction<BatchLoader> batches,
        Validator validator,
        Checkpoints checkpoints,
        CheckpointSchedule schedule,
        TrainingListener listener,
        BooleanSupplier stopRequested) {

    Recipe recipe() {
        return origin.recipe();
    }
}
