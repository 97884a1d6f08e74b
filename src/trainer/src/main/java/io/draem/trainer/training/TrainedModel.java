package io.draem.trainer.training;

import io.draem.trainer.checkpoint.Tensor;
import java.util.Map;

/**
 * What a training gives.
 *
 * @param weights in float32, with batch-norm statistics taken again
 * @param step the step that they are of
 * @param curve of the whole training
 */
public record TrainedModel(Map<String, Tensor> weights, long step, TrainingCurve curve) {}
