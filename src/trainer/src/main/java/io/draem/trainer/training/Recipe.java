package io.draem.trainer.training;

import io.draem.model.ModelContract;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.Precision;
import io.draem.trainer.synthesis.SynthesisOptions;
import java.util.List;

/**
 * Every knob that decides what the weights become, as it stands in the model's metadata. "Paper" is arXiv 2108.07610
 * with its official repository.
 *
 * @param imageSize sides of the square input in pixels, a multiple of 32; paper 256
 * @param network widths and SSPCAB; paper 128 and 64, without
 * @param sspcabWeight weight of SSPCAB's own loss; 0.1 in arXiv 2111.09099
 * @param focal which pixels the focal loss counts; paper both classes
 * @param epochs passes over the normal images; paper 700
 * @param steps optimiser steps in place of epochs; 0 means epochs
 * @param batchSize images a step; paper 8
 * @param learningRate Adam's first rate; paper 1e-4
 * @param milestones shares of the training at which the rate is multiplied by {@code gamma}; paper 0.8 and 0.9
 * @param gamma that factor; paper 0.2
 * @param precision arithmetic of the forward pass; paper float32
 * @param synthesis the synthetic anomalies
 * @param validation which images thresholds come from
 * @param heldOut share of the normal training images held out for synthetic validation
 * @param batchNormBatches batches over which the batch-norm statistics are taken again before evaluation and export
 *     ("precise batch norm", arXiv 2105.07576); 0 keeps the running averages, as the paper does
 * @param batchNormOnClean whether those batches are of clean images, not of the training's mixture
 * @param seed of everything random
 */
public record Recipe(
        int imageSize,
        NetworkOptions network,
        double sspcabWeight,
        FocalLoss focal,
        int epochs,
        long steps,
        int batchSize,
        double learningRate,
        List<Double> milestones,
        double gamma,
        Precision precision,
        SynthesisOptions synthesis,
        ValidationSplit validation,
        double heldOut,
        int batchNormBatches,
        boolean batchNormOnClean,
        long seed) {

    public Recipe {
        milestones = List.copyOf(milestones);
        require(
                imageSize >= ModelContract.SIZE_MULTIPLE && imageSize % ModelContract.SIZE_MULTIPLE == 0,
                "--image-size must be a multiple of " + ModelContract.SIZE_MULTIPLE,
                imageSize);
        require(
                imageSize <= ModelContract.MAX_SIDE,
                "--image-size must be at most " + ModelContract.MAX_SIDE,
                imageSize);
        require(
                sspcabWeight >= 0 && sspcabWeight < Double.POSITIVE_INFINITY,
                "--sspcab-weight must be a number and not negative",
                sspcabWeight);
        require(epochs >= 1, "--epochs must be at least 1", epochs);
        require(steps >= 0, "--steps must not be negative", steps);
        require(batchSize >= 1, "--batch-size must be at least 1", batchSize);
        int largestBatch = Integer.MAX_VALUE / 3 / imageSize / imageSize; // what one array of images holds
        require(batchSize <= largestBatch, "--batch-size must be at most " + largestBatch + " at that size", batchSize);
        require(learningRate > 0 && learningRate < 1, "--learning-rate must lie between 0 and 1", learningRate);
        for (double milestone : milestones) {
            require(milestone >= 0 && milestone <= 1, "--milestones must lie within 0 and 1", milestone);
        }
        require(gamma > 0 && gamma <= 1, "--gamma must be above 0 and up to 1", gamma);
        require(heldOut > 0 && heldOut < 1, "--held-out must lie between 0 and 1", heldOut);
        require(
                1L << synthesis.minPerlinScale() < imageSize, // one cell a pixel is no noise: it is 0 at every corner
                "--perlin-scales must begin with a scale whose power of two is below --image-size",
                synthesis.minPerlinScale());
        require(batchNormBatches >= 0, "--batch-norm-batches must not be negative", batchNormBatches);
    }

    /** Returns how many optimiser steps that is with so many images to train on. */
    public long stepsFor(int images) {
        return steps > 0 ? steps : (long) epochs * BatchLoader.stepsPerEpoch(images, batchSize);
    }

    private static void require(boolean holds, String rule, Number value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", not " + value);
        }
    }
}
