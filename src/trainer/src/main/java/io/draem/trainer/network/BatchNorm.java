package io.draem.trainer.network;

import io.draem.trainer.network.TensorSource.Role;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Batch normalization over the channels of a batch, with running statistics for evaluation. */
final class BatchNorm {

    private static final double EPSILON = 1e-5;

    private final Mode mode;
    private final Tensor weight;
    private final Tensor bias;
    private final Tensor runningMean;
    private final Tensor runningVariance;
    private final Tensor batchCount;

    BatchNorm(Weights weights, Mode mode, String name, int channels) {
        this.mode = mode;
        weight = weights.add(name + ".weight", Role.NORM_WEIGHT, channels);
        bias = weights.add(name + ".bias", Role.BIAS, channels);
        runningMean = weights.add(name + ".running_mean", Role.RUNNING_MEAN, channels);
        runningVariance = weights.add(name + ".running_var", Role.RUNNING_VARIANCE, channels);
        batchCount = weights.add(name + ".num_batches_tracked", Role.BATCH_COUNT);
    }

    Tensor forward(Tensor input) {
        if (mode.training()) {
            batchCount.add_(new Scalar(1L));
        }
        return torch.batch_norm(
                input,
                new TensorOptional(weight),
                new TensorOptional(bias),
                new TensorOptional(runningMean),
                new TensorOptional(runningVariance),
                mode.training(),
                mode.momentum(),
                EPSILON,
                false);
    }

    /** What all batch norms of one network have in common. */
    static final class Mode {

        private static final double MOMENTUM = 0.1; // torch's default, and the paper's

        private boolean training;
        private double momentum = MOMENTUM;

        /** Returns whether a batch is normalized by its own statistics, which then enter the running ones. */
        boolean training() {
            return training;
        }

        /** Returns the weight of a batch's statistics in the running ones. */
        double momentum() {
            return momentum;
        }

        void train(boolean on) {
            training = on;
            momentum = MOMENTUM;
        }

        void momentum(double weightOfNextBatch) {
            momentum = weightOfNextBatch;
        }
    }
}
