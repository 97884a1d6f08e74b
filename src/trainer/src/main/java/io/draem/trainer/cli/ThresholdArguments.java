package io.draem.trainer.cli;

import io.draem.model.ModelCard;
import io.draem.score.ThresholdRule;
import io.draem.trainer.evaluation.ThresholdOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** The options that say how a model's thresholds are found and what counts as a region, after a training or of one that is trained already. */
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
            description = "Raw image threshold of rule manual (default, of export: the checkpoint's)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double thresholdImage;

    @Option(
            names = "--threshold-pixel",
            paramLabel = "VALUE",
            description =
                    "Raw pixel threshold of rule manual (default: found on the masks, at most the image threshold; of"
                            + " export: the checkpoint's)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double thresholdPixel;

    @Option(
            names = "--min-region-area",
            paramLabel = "PIXELS",
            description =
                    "Fewest pixels of the original image in a region of this model, unless a request says otherwise"
                            + " (default: that of the service, 16; of export: the checkpoint's)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Integer minRegionArea;

    /**
     * Returns how thresholds are to be found; {@link ThresholdOptions#DEFAULTS} where no option says.
     *
     * @throws IllegalArgumentException if the options contradict each other or are out of range; the message names them
     */
    ThresholdOptions options() {
        return new ThresholdOptions(thresholdRule, thresholdQuantile, thresholdRecall, thresholdImage, thresholdPixel);
    }

    /**
     * Returns the smallest area of regions that was given; null where none was.
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
