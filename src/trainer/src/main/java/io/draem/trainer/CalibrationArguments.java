package io.draem.trainer;

import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.training.Recipe;
import picocli.CommandLine.Option;

/** The options of what comes after the training: statistics, thresholds, figures. */
final class CalibrationArguments {

    @Option(
            names = "--validation",
            paramLabel = "SPLIT",
            defaultValue = "synthetic",
            description = "Images that thresholds come from: ${COMPLETION-CANDIDATES}")
    private ValidationSplit validation = ValidationSplit.SYNTHETIC;

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
            description = "Take them over images without synthetic anomalies")
    private boolean batchNormOnClean;

    Recipe.Validation validation() {
        return new Recipe.Validation(validation, heldOut);
    }

    Recipe.BatchNormRetake batchNorm() {
        return new Recipe.BatchNormRetake(batchNormBatches, batchNormOnClean);
    }
}
