package io.draem.trainer.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.model.ModelContract;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.network.Initialization;
import io.draem.trainer.network.MapSmoothing;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.Precision;
import io.draem.trainer.synthesis.SynthesisOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All options that determine the weights, as recorded in the model's metadata. "Paper" is arXiv 2108.07610 with its
 * official repository. Invalid values are refused with an {@link IllegalArgumentException} that names the
 * command line's option.
 *
 * @param imageSize size of the input, which is that of a tile, multiples of 32; paper 256x256
 * @param tiling how images are cut into tiles; null where each is resized to one input, as in the paper
 * @param region digest of the region of interest; {@value #REQUEST_REGION} if it is left to each request; null for none
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
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Tiling tiling,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String region,
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

    /** What {@link #region} is if the region of interest is left to each request. */
    public static final String REQUEST_REGION = "request";

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
        String option = tiling == null ? "--image-size" : "--tiles";
        ModelContract.requireInputSize(option, imageSize);
        if (tiling != null) {
            tiling.requireFits(imageSize);
        }
        if (length.steps() > 0) {
            selection.requireWithin(length.steps(), "--steps " + length.steps());
        }
        // Pixels of the smallest feature maps.
        int deepest = imageSize.pixels() / ModelContract.SIZE_MULTIPLE / ModelContract.SIZE_MULTIPLE;
        require(
                (long) length.batchSize() * deepest > 1,
                "--batch-size must be at least 2 at " + option + " " + imageSize.json()
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
                "--perlin-scales must begin with a scale whose power of two is below the sides of " + option,
                synthesis.perlin().minScale());
    }

    /** Returns the same recipe for another network. */
    public Recipe with(NetworkOptions newNetwork) {
        return with(newNetwork, region);
    }

    /** Returns the same recipe with a region of interest. */
    public Recipe with(RegionOfInterest newRegion) {
        return with(network, newRegion.digest());
    }

    private Recipe with(NetworkOptions newNetwork, @Nullable String newRegion) {
        return new Recipe(
                imageSize,
                tiling,
                newRegion,
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

    /**
     * Returns how the model takes images.
     *
     * @param ofDigest the region of interest of which the recipe has the digest; null for none
     */
    public Framing framing(@Nullable RegionOfInterest ofDigest) {
        if (tiling == null && region == null) {
            return Framing.WHOLE;
        }
        FrameScore score = FrameScore.ofMapScore(network.imageScore().toString());
        return new Framing(tiling, score, ofDigest, REQUEST_REGION.equals(region));
    }

    /** Returns what of the options may show in the maps of tiles, in sentences. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (tiling != null && tiling.overlap() == 0) {
            warnings.add("warning: with --overlap 0 the map has seams where tiles meet");
        }
        double smoothing = network.mapSmoothing();
        if (tiling != null && smoothing > 0 && new MapSmoothing(smoothing).kernel().length / 2 > tiling.overlap()) {
            warnings.add("warning: --map-smoothing " + smoothing + " reaches further than --overlap " + tiling.overlap()
                    + ": the map may have seams where tiles meet");
        }
        return warnings;
    }

    private static void require(boolean holds, String rule, Number value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", not " + value);
        }
    }
}
