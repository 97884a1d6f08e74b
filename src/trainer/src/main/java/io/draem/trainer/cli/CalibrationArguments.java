package io.draem.trainer.cli;

import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.training.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of what follows the training: batch-norm statistics, thresholds and evaluation. */
final class CalibrationArguments {

    @Option(
            names = "--validation",
            paramLabel = "SPLIT",
            defaultValue = "auto",
            description =
                    "Images that thresholds are found on: ${COMPLETION-CANDIDATES} (auto: the data set's validation"
                            + " images if it has normal and anomalous ones, otherwise synthetic: held-out normal images, each"
                            + " of them without and with synthetic anomalies; from-test: half of the test images, which are then not used"
                            + " for evaluation; same-as-test: anomalib; the others: this project)")
    private ValidationSplit validation = ValidationSplit.AUTO;

    @Option(
            names = "--held-out",
            paramLabel = "SHARE",
            defaultValue = "0.2",
            description = "Fraction of the normal training images held out for synthetic validation (this project)")
    private double heldOut;

    @Option(
            names = "--batch-norm-batches",
            paramLabel = "N",
            defaultValue = "32",
            description =
                    "Batches over which batch-norm statistics are computed again after the training (arXiv 2105.07576);"
                            + " 0: keep the running statistics (paper)")
    private int batchNormBatches;

    @Option(
            names = "--batch-norm-on-clean",
            negatable = true,
            defaultValue = "false",
            fallbackValue = "true",
            showDefaultValue = Visibility.ALWAYS,
            description = "Compute these statistics on images without synthetic anomalies (this project)")
    private boolean batchNormOnClean;

    @Mixin
    private final ThresholdArguments thresholds = new ThresholdArguments();

    /**
     * Returns how thresholds are found.
     *
     * @throws IllegalArgumentException if the options contradict each other or are out of range; the message names them
     */
    ThresholdOptions thresholds() {
        return thresholds.options().requireImage();
    }

    /** Returns the smallest area of regions that the model records; null for none. */
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
