package io.draem.trainer;

import io.draem.score.ThresholdRule;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.training.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
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

    @Option(
            names = "--threshold-rule",
            paramLabel = "RULE",
            description =
                    "How thresholds are found: ${COMPLETION-CANDIDATES} (default: f1 with labelled defects to validate"
                            + " with, else quantile)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable ThresholdRule thresholdRule;

    @Option(
            names = "--threshold-quantile",
            paramLabel = "SHARE",
            description = "Share of normal images to stay below the threshold of rule quantile (default: "
                    + ThresholdOptions.DEFAULT_QUANTILE + ")",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double thresholdQuantile;

    @Option(
            names = "--threshold-recall",
            paramLabel = "SHARE",
            description =
                    "Share of anomalies to find by rule recall (default: " + ThresholdOptions.DEFAULT_RECALL + ")",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double thresholdRecall;

    @Option(
            names = "--threshold-image",
            paramLabel = "SCORE",
            description = "Raw image threshold of rule manual",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double thresholdImage;

    @Option(
            names = "--threshold-pixel",
            paramLabel = "VALUE",
            description = "Raw pixel threshold of rule manual (default: the image threshold)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double thresholdPixel;

    /**
     * Returns how thresholds are to be found.
     *
     * @throws IllegalArgumentException if the options contradict each other or are out of range; the message names them
     */
    ThresholdOptions thresholds() {
        return new ThresholdOptions(thresholdRule, thresholdQuantile, thresholdRecall, thresholdImage, thresholdPixel);
    }

    Recipe.Validation validation() {
        return new Recipe.Validation(validation, heldOut);
    }

    Recipe.BatchNormRetake batchNorm() {
        return new Recipe.BatchNormRetake(batchNormBatches, batchNormOnClean);
    }
}
