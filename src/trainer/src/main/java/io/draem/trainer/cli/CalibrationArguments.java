package io.draem.trainer.cli;

import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.training.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of what comes after the training: statistics, thresholds, figures. */
final class CalibrationArguments {

    @Option(
            names = "--validation",
            paramLabel = "SPLIT",
            defaultValue = "auto",
            description = "Images that thresholds come from: ${COMPLETION-CANDIDATES} (auto: the data's own validation"
                    + " images where it has normal and anomalous ones, else synthetic: held-out normal images, half of"
                    + " them with a synthetic anomaly; from-test: half of the test images, which then give no figures)")
    private ValidationSplit validation = ValidationSplit.AUTO;

    @Option(
            names = "--held-out",
            paramLabel = "SHARE",
            defaultValue = "0.2",
            description = "Share of normal training images held out for synthetic validation")
    private double heldOut;

    @Option(
            names = "--batch-norm-batches",
            paramLabel = "N",
            defaultValue = "32",
            description = "Batches that batch-norm statistics are taken again over (arXiv 2105.07576); 0 leaves the"
                    + " running ones, as the paper does")
    private int batchNormBatches;

    @Option(
            names = "--batch-norm-on-clean",
            negatable = true,
            defaultValue = "false",
            fallbackValue = "true",
            showDefaultValue = Visibility.ALWAYS,
            description = "Take them over images without synthetic anomalies")
    private boolean batchNormOnClean;

    @Mixin
    private final ThresholdArguments thresholds = new ThresholdArguments();

    /**
     * Returns how thresholds are to be found.
     *
     * @throws IllegalArgumentException if the options contradict each other or are out of range; the message names them
     */
    ThresholdOptions thresholds() {
        return thresholds.options().requireImage();
    }

    /** Returns the smallest area of regions that the model is to have; null for none of its own. */
    @Nullable
    Integer minRegionArea() {
        return thresholds.minRegionArea();
    }

    Recipe.Validation validation() {
        return new Recipe.Validation(validation, heldOut);
    }

    Recipe.BatchNormRetake batchNorm() {
        return new Recipe.BatchNormRetake(batchNormBatches, batchNormOnClean);
    }
}
