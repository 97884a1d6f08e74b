package io.draem.trainer.training;

import io.draem.frame.FrameSize;
import io.draem.model.ModelContract;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.network.Initialization;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.Precision;
import io.draem.trainer.synthesis.SynthesisOptions;
import java.util.List;

/**
 * All options that determine the weights, as recorded in the model's metadata. "Paper" is arXiv 2108.07610 with its
 * official repository. Invalid values are refused with an {@link IllegalArgumentException} that names the
 * command line's option.
 *
 * @param imageSize size of the input, multiples of 32; paper 256x256
 * @param network widths and SSPCAB; paper 128 and 64, without
 * @param initialization initial weights; paper its own
 * @param loss the loss that is minimized
 * @param length of the training
 * @param optimizer optimizer of the weights
 * @param precision arithmetic of the forward pass; paper float32
 * @param synthesis the synthetic anomalies
 * @param validation images that thresholds are found on
 * @param batchNorm how batch-norm statistics are recomputed
 * @param seed of all random numbers
 * @param selection validation during the training; paper none, the last weights
 */
public record Recipe(
        FrameSize imageSize,
        NetworkOptions network,
        Initialization initialization,
        Loss loss,
        Length length,
        Optimizer optimizer,
        Precision precision,
        SynthesisOptions synthesis,
        Validation validation,
        BatchNormRetake batchNorm,
        long seed,
        Selection selection) {

    /**
     * The options of the loss.
     *
     * @param focal pixels that contribute to the focal loss; paper both classes
     * @param sspcabWeight weight of the loss of SSPCAB; 0.1 in arXiv 2111.09099
     */
    public record Loss(FocalLoss focal, double sspcabWeight) {

        public Loss {
            require(
                    sspcabWeight >= 0 && sspcabWeight < Double.POSITIVE_INFINITY,
                    "--sspcab-weight must be a number and not negative",
                    sspcabWeight);
        }
    }

    /**
     * The length of the training.
     *
     * @param epochs passes over the normal images; paper 700
     * @param steps optimizer steps instead of epochs; 0 means epochs
     * @param batchSize images per step; paper 8
     */
    public record Length(int epochs, long steps, int batchSize) {

        public Length {
            require(epochs >= 1, "--epochs must be at least 1", epochs);
            require(steps >= 0, "--steps must not be negative", steps);
            require(batchSize >= 1, "--batch-size must be at least 1", batchSize);
        }

        /** Returns the number of optimizer steps for a number of training images. */
        public long stepsFor(int images) {
            return steps > 0 ? steps : (long) epochs * BatchLoader.stepsPerEpoch(images, batchSize);
        }
    }

    /**
     * Adam and its learning rate.
     *
     * @param learningRate full rate; paper 1e-4
     * @param decay how it decreases; paper at milestones
     * @param milestones shares of the training at which the rate is multiplied by {@code gamma}; paper 0.8 and 0.9
     * @param gamma that factor; paper 0.2
     * @param warmUp share of the training over which the rate rises to its full value (arXiv 1706.02677); paper 0
     * @param adam its decay, betas and epsilon; paper torch's defaults
     * @param gradientClip largest L2 norm of all gradients together (arXiv 1211.5063); 0 for no limit, as in the paper
     */
    public record Optimizer(
            double learningRate,
            Decay decay,
            List<Double> milestones,
            double gamma,
            double warmUp,
            Adam.Options adam,
            double gradientClip) {

        public Optimizer {
            milestones = List.copyOf(milestones);
            require(learningRate > 0 && learningRate < 1, "--learning-rate must be between 0 and 1", learningRate);
            for (double milestone : milestones) {
                require(milestone >= 0 && milestone <= 1, "--milestones must be from 0 to 1", milestone);
            }
            require(gamma > 0 && gamma <= 1, "--gamma must be above 0 and up to 1", gamma);
            require(warmUp >= 0 && warmUp < 1, "--warm-up must be at least 0 and below 1", warmUp);
            require(
                    gradientClip >= 0 && gradientClip < Double.POSITIVE_INFINITY,
                    "--gradient-clip must be a number and not negative",
                    gradientClip);
        }
    }

    /**
     * The images that thresholds are found on.
     *
     * @param split which those are
     * @param heldOut share of the normal training images held out for {@link ValidationSplit#SYNTHETIC}
     */
    public record Validation(ValidationSplit split, double heldOut) {

        public Validation {
            require(heldOut > 0 && heldOut < 1, "--held-out must be between 0 and 1", heldOut);
        }
    }

    /**
     * "Precise batch norm" (arXiv 2105.07576): statistics recomputed before evaluation and export.
     *
     * @param batches their number; 0 keeps the running averages, as the paper does
     * @param clean whether these batches have only clean images, unlike those of the training
     */
    public record BatchNormRetake(int batches, boolean clean) {

        public BatchNormRetake {
            require(batches >= 0, "--batch-norm-batches must not be negative", batches);
        }
    }

    public Recipe {
        ModelContract.requireInputSize("--image-size", imageSize);
        if (length.steps() > 0) {
            selection.requireWithin(length.steps(), "--steps " + length.steps());
        }
        // Pixels of the smallest feature maps.
        int deepest = imageSize.pixels() / ModelContract.SIZE_MULTIPLE / ModelContract.SIZE_MULTIPLE;
        require(
                (long) length.batchSize() * deepest > 1,
                "--batch-size must be at least 2 at --image-size " + imageSize.json()
                        + ", because batch norm needs two values per channel and the deepest layers have one per image",
                length.batchSize());
        int largestBatch = Integer.MAX_VALUE / 3 / imageSize.pixels(); // the limit of one array of images
        require(
                length.batchSize() <= largestBatch,
                "--batch-size must be at most " + largestBatch + " at that size",
                length.batchSize());
        require(
                // With one cell per pixel the noise is 0 everywhere.
                1L << synthesis.perlin().minScale() < Math.min(imageSize.width(), imageSize.height()),
                "--perlin-scales must begin with a scale whose power of two is below the sides of --image-size",
                synthesis.perlin().minScale());
    }

    /** Returns the same recipe for another network. */
    public Recipe with(NetworkOptions newNetwork) {
        return new Recipe(
                imageSize,
                newNetwork,
                initialization,
                loss,
                length,
                optimizer,
                precision,
                synthesis,
                validation,
                batchNorm,
                seed,
                selection);
    }

    private static void require(boolean holds, String rule, Number value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", not " + value);
        }
    }
}
