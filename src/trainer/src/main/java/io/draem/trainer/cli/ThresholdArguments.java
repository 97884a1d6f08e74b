package io.draem.trainer.cli;

import io.draem.model.ModelCard;
import io.draem.score.ThresholdRule;
import io.draem.trainer.evaluation.ThresholdOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** Options of thresholds and regions, for {@code train}, {@code export} and {@code recalibrate}. */
final class ThresholdArguments {

    @Option(
            names = "--threshold-rule",
            paramLabel = "RULE",
            description = "How thresholds are found: ${COMPLETION-CANDIDATES} (default: f1 with labeled defects in the"
                    + " validation images, otherwise quantile, this project; export: the checkpoint's;"
                    + " recalibrate: f1 with anomalous images)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable ThresholdRule thresholdRule;

    @Option(
            names = "--threshold-quantile",
            paramLabel = "SHARE",
            description =
                    "Fraction of normal images below the threshold of rule quantile; 0.99 corresponds to about one false"
                            + " alarm per hundred good parts (default: " + ThresholdOptions.DEFAULT_QUANTILE
                            + ", this project)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double thresholdQuantile;

    @Option(
            names = "--threshold-recall",
            paramLabel = "SHARE",
            description = "Fraction of anomalies found by rule recall (default: " + ThresholdOptions.DEFAULT_RECALL
                    + ", this project)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double thresholdRecall;

    @Option(
            names = "--threshold-image",
            paramLabel = "SCORE",
            description =
                    "Raw image threshold of rule manual, which needs it in train; recalibrate keeps the graph's (default in"
                            + " export: the checkpoint's, this project)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double thresholdImage;

    @Option(
            names = "--threshold-pixel",
            paramLabel = "VALUE",
            description =
                    "Raw pixel threshold of rule manual (default: found on the masks, at most the image threshold, this"
                            + " project; export, and recalibrate with rule manual: the model's)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double thresholdPixel;

    @Option(
            names = "--min-region-area",
            paramLabel = "PIXELS",
            description =
                    "Smallest region in pixels of the original image, unless a request sets it (default: the service's,"
                            + " 16, this project; export and recalibrate: the model's)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Integer minRegionArea;

    /**
     * Returns how thresholds are found; {@link ThresholdOptions#DEFAULTS} without options.
     *
     * @throws IllegalArgumentException if the options contradict each other or are out of range; the message names them
     */
    ThresholdOptions options() {
        return new ThresholdOptions(thresholdRule, thresholdQuantile, thresholdRecall, thresholdImage, thresholdPixel);
    }

    /**
     * Returns the smallest area of regions; null without the option.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    @Nullable
    Integer minRegionArea() {
        if (minRegionArea != null && (minRegionArea < 1 || minRegionArea > ModelCard.MAX_REGION_AREA)) {
            throw new IllegalArgumentException(
                    "--min-region-area must be 1 to " + ModelCard.MAX_REGION_AREA + " pixels, not " + minRegionArea);
        }
        return minRegionArea;
    }
}
