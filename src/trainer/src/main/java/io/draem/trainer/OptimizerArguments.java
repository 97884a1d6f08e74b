package io.draem.trainer;

import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.network.Precision;
import io.draem.trainer.training.Decay;
import io.draem.trainer.training.Recipe;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** The options that say what is minimised, how, and for how long. */
final class OptimizerArguments {

    @ArgGroup
    private Length length = new Length();

    /** How long to train: one of the two. */
    private static final class Length {

        @Option(names = "--epochs", defaultValue = "700", description = "Passes over the normal images")
        private int epochs = 700;

        @Option(names = "--steps", defaultValue = "0", description = "Optimiser steps, in place of epochs")
        private long steps;
    }

    @Option(names = "--batch-size", defaultValue = "8", description = "Images a step")
    int batchSize;

    @Option(names = "--learning-rate", defaultValue = "1e-4", description = "Full learning rate of Adam")
    double learningRate;

    @Option(
            names = "--milestones",
            defaultValue = "0.8,0.9",
            split = ",",
            description = "Shares of the training at which the learning rate is multiplied by gamma")
    List<Double> milestones = List.of();

    @Option(names = "--gamma", defaultValue = "0.2", description = "Factor of the learning rate at each milestone")
    double gamma;

    @Option(
            names = "--decay",
            defaultValue = "milestones",
            description = "How the learning rate falls: ${COMPLETION-CANDIDATES} (arXiv 1608.03983)")
    Decay decay = Decay.MILESTONES;

    @Option(
            names = "--warm-up",
            defaultValue = "0",
            description = "Share of the training over which the learning rate rises to its full value")
    double warmUp;

    @Option(
            names = "--gradient-clip",
            defaultValue = "0",
            description = "Largest norm of all gradients together; 0 for any")
    double gradientClip;

    @Option(
            names = "--weight-average",
            defaultValue = "0",
            description = "Validate and export a moving average of the weights that keeps this share of itself at each"
                    + " step (arXiv 1703.01780); 0 for the weights themselves")
    double weightAverage;

    @Option(
            names = "--precision",
            description = "float32 or bfloat16 (default: bfloat16 where the processor has it)",
            showDefaultValue = Visibility.NEVER)
    @Nullable
    Precision precision;

    @Option(
            names = "--focal",
            defaultValue = "both",
            description = "Pixels that the focal loss counts: ${COMPLETION-CANDIDATES} (anomalous: anomalib 2.7)")
    FocalLoss focal = FocalLoss.BOTH;

    @Option(
            names = "--focal-gamma",
            defaultValue = "2",
            description = "How much the focal loss forgives pixels that are nearly right (arXiv 1708.02002)")
    double focalGamma;

    @Option(names = "--sspcab-weight", defaultValue = "0.1", description = "Weight of SSPCAB's own loss")
    double sspcabWeight;

    Recipe.Loss loss() {
        return new Recipe.Loss(focal, focalGamma, sspcabWeight);
    }

    Recipe.Length length() {
        return new Recipe.Length(length.epochs, length.steps, batchSize);
    }

    Recipe.Optimizer optimizer() {
        return new Recipe.Optimizer(learningRate, decay, milestones, gamma, warmUp, gradientClip, weightAverage);
    }

    /** Returns what was asked for, else the fastest that the processor has. */
    Precision precision() {
        if (precision != null) {
            return precision;
        }
        return Precision.bfloat16IsFast() ? Precision.BFLOAT16 : Precision.FLOAT32;
    }
}
