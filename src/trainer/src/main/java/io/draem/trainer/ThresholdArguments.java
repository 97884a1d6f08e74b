package io.draem.trainer;

import io.draem.score.ThresholdRule;
import io.draem.trainer.evaluation.ThresholdOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** The options that say how a model's thresholds are found, after a training or of one that is trained already. */
final class ThresholdArguments {

    @Option(
            names = "--threshold-rule",
            paramLabel = "RULE",
            description =
                    "How thresholds are found: ${COMPLETION-CANDIDATES} (default: f1 with labelled defects to validate"
                            + " with, else quantile; of export: the checkpoint's)",
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
     * Returns how thresholds are to be found; {@link ThresholdOptions#DEFAULTS} where no option says.
     *
     * @throws IllegalArgumentException if the options contradict each other or are out of range; the message names them
     */
    ThresholdOptions options() {
        return new ThresholdOptions(thresholdRule, thresholdQuantile, thresholdRecall, thresholdImage, thresholdPixel);
    }
}
