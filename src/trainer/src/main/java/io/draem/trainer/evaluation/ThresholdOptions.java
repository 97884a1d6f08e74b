package io.draem.trainer.evaluation;

import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import org.jspecify.annotations.Nullable;

/**
 * How thresholds are to be found; what is given of a rule's own values chooses the rule.
 *
 * @param rule null leaves it to the data: {@link ThresholdRule#F1} with labelled defects, else
 *     {@link ThresholdRule#QUANTILE}
 * @param quantile of the normal images' scores; null for {@value #DEFAULT_QUANTILE}
 * @param recall share of the anomalies to find; null for {@value #DEFAULT_RECALL}
 * @param image threshold of the image score, raw; with rule {@link ThresholdRule#MANUAL} null keeps the model's own
 * @param pixel threshold of the map's values, raw; with rule {@link ThresholdRule#MANUAL} null keeps the model's own, and
 *     of a model without one leaves it to the data
 */
public record ThresholdOptions(
        @Nullable ThresholdRule rule,
        @Nullable Double quantile,
        @Nullable Double recall,
        @Nullable Double image,
        @Nullable Double pixel) {

    /** One false alarm in a hundred normal images: a choice of this project, neither of the paper nor of anomalib. */
    public static final double DEFAULT_QUANTILE = 0.99;

    /** Nineteen of twenty: a choice of this project too. */
    public static final double DEFAULT_RECALL = 0.95;

    /** Leaves everything to the data. */
    public static final ThresholdOptions DEFAULTS = new ThresholdOptions(null, null, null, null, null);

    public ThresholdOptions {
        rule = belongsTo(rule, ThresholdRule.QUANTILE, "--threshold-quantile", quantile);
        rule = belongsTo(rule, ThresholdRule.RECALL, "--threshold-recall", recall);
        rule = belongsTo(rule, ThresholdRule.MANUAL, "--threshold-image", image);
        rule = belongsTo(rule, ThresholdRule.MANUAL, "--threshold-pixel", pixel);
        if (rule == ThresholdRule.MANUAL && image == null && pixel == null) {
            throw new IllegalArgumentException("--threshold-rule manual needs --threshold-image or --threshold-pixel");
        }
        require(quantile == null || (quantile > 0 && quantile <= 1), "--threshold-quantile", quantile);
        require(recall == null || (recall > 0 && recall <= 1), "--threshold-recall", recall);
        require(image == null || (image >= 0 && image <= 1), "--threshold-image", image);
        require(pixel == null || (pixel >= 0 && pixel <= 1), "--threshold-pixel", pixel);
    }

    /** Returns these options with the thresholds of a calibration in place of those that are not given. */
    public ThresholdOptions orElse(Calibration own) {
        return new ThresholdOptions(
                rule,
                quantile,
                recall,
                image != null ? image : Double.valueOf(own.imageThreshold()),
                pixel != null ? pixel : Double.valueOf(own.pixelThreshold()));
    }

    /**
     * Requires an image threshold with rule {@link ThresholdRule#MANUAL}, where no model has one to keep.
     *
     * @throws IllegalArgumentException if there is none
     */
    public ThresholdOptions requireImage() {
        if (rule == ThresholdRule.MANUAL && image == null) {
            throw new IllegalArgumentException(
                    "--threshold-rule manual needs --threshold-image here: there is no image threshold to keep");
        }
        return this;
    }

    private static @Nullable ThresholdRule belongsTo(
            @Nullable ThresholdRule chosen, ThresholdRule owner, String option, @Nullable Double value) {
        if (value == null) {
            return chosen;
        }
        if (chosen != null && chosen != owner) {
            throw new IllegalArgumentException(
                    option + " goes with --threshold-rule " + owner.id() + ", not " + chosen.id());
        }
        return owner;
    }

    private static void require(boolean holds, String option, @Nullable Double value) {
        if (!holds) {
            throw new IllegalArgumentException(option + " must be within 0 and 1, not " + value);
        }
    }
}
