package io.draem.trainer.evaluation;

import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.evaluation.metrics.PixelScores;
import io.draem.trainer.evaluation.metrics.RankingMetrics;
import io.draem.trainer.evaluation.metrics.ThresholdSearch;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds thresholds and ranges on validation images. */
public final class Calibrator {

    /** Well above the differences of scores between libtorch and ONNX Runtime, well below those between images. */
    private static final double ROUNDING = 1e-4;

    private Calibrator() {}

    /**
     * Returns thresholds by the default rule; see {@link #calibrate(Scores, boolean, ThresholdOptions)}.
     *
     * @throws CalibrationException if there is no normal image
     */
    public static Calibration calibrate(Scores scores, boolean synthetic) throws CalibrationException {
        return calibrate(scores, synthetic, ThresholdOptions.DEFAULTS);
    }

    /**
     * Returns thresholds and the ranges seen.
     *
     * <p>Where no rule is asked for, real defects give the thresholds with the best F1 ({@link ThresholdRule#F1}). Synthetic
     * anomalies are easier than real ones, so a threshold that separates those best would miss subtle defects: with them it
     * is a quantile of the normal images' scores ({@link ThresholdRule#QUANTILE}).
     *
     * <p>The image threshold comes from all images. The pixel threshold is as given, else finds its share of the anomalous
     * pixels ({@link ThresholdRule#RECALL}) or maximises F1; anomalous images without a mask do not count, and where none has
     * a mask it is the image threshold. Unless given it is never above the image threshold: a larger one is lowered to it, so
     * that regions of an anomalous image are found without lowering the threshold for that image.
     *
     * @param scores what the model said of the validation images
     * @param synthetic whether the anomalous ones are synthetic
     * @throws CalibrationException if the rule needs images that are not there
     */
    public static Calibration calibrate(Scores scores, boolean synthetic, ThresholdOptions options)
            throws CalibrationException {
        boolean[] labels = scores.imageLabels();
        ThresholdRule rule = options.rule() != null
                ? options.rule()
                : !synthetic && RankingMetrics.isDefined(labels) ? ThresholdRule.F1 : ThresholdRule.QUANTILE;
        Double ruleValue = value(rule, options);
        double[] imageScores = scores.imageScores();
        double[] normalScores = scores.normalScores();
        requireImages(rule, normalScores.length, scores.defects().size());
        PixelScores pixels = scores.pixels();
        double imageThreshold = switch (rule) {
            case F1 -> amid(imageScores, ThresholdSearch.f1(imageScores, labels));
            case QUANTILE ->
                above(ThresholdSearch.quantile(normalScores, Objects.requireNonNull(ruleValue)), imageScores);
            case RECALL -> ThresholdSearch.recall(scores.anomalousScores(), Objects.requireNonNull(ruleValue));
            case MANUAL -> Objects.requireNonNull(options.image());
        };
        DoubleSummaryStatistics seen = Arrays.stream(imageScores).summaryStatistics();
        // A single value is no range to normalise by: all that there can be is taken instead.
        boolean scoreRange = seen.getMin() < seen.getMax();
        boolean mapRange = pixels.min() < pixels.max();
        int anomalous = scores.anomalous();
        return new Calibration(
                rule,
                imageThreshold,
                pixelThreshold(rule, ruleValue, pixels, imageThreshold, options.pixel()),
                scoreRange ? seen.getMin() : 0,
                scoreRange ? seen.getMax() : 1,
                mapRange ? pixels.min() : 0,
                mapRange ? pixels.max() : 1,
                normalScores.length,
                synthetic ? 0 : anomalous,
                synthetic ? anomalous : 0,
                pixels.normal(),
                pixels.anomalous(),
                scores.masked(),
                (int) Arrays.stream(normalScores)
                        .filter(score -> score > imageThreshold)
                        .count(),
                ruleValue);
    }

    private static @Nullable Double value(ThresholdRule rule, ThresholdOptions options) {
        return switch (rule) {
            case QUANTILE -> options.quantile() != null ? options.quantile() : ThresholdOptions.DEFAULT_QUANTILE;
            case RECALL -> options.recall() != null ? options.recall() : ThresholdOptions.DEFAULT_RECALL;
            case F1, MANUAL -> null;
        };
    }

    private static void requireImages(ThresholdRule rule, int normal, int defects) throws CalibrationException {
        boolean needsNormal = rule == ThresholdRule.F1 || rule == ThresholdRule.QUANTILE;
        boolean needsAnomalous = rule == ThresholdRule.F1 || rule == ThresholdRule.RECALL;
        if (normal + defects == 0) {
            throw new CalibrationException("There are no validation images to take score ranges from");
        }
        if (needsNormal && normal == 0) {
            throw new CalibrationException("--threshold-rule " + rule.id()
                    + " needs normal validation images, and there are none; add some, or take recall or manual");
        }
        if (needsAnomalous && defects == 0) {
            throw new CalibrationException("--threshold-rule " + rule.id()
                    + " needs anomalous validation images, and there are none; add some, or take quantile or manual");
        }
    }

    private static double pixelThreshold(
            ThresholdRule rule,
            @Nullable Double ruleValue,
            PixelScores pixels,
            double imageThreshold,
            @Nullable Double given) {
        if (given != null) {
            return given;
        }
        if (!pixels.isDefined()) {
            return imageThreshold;
        }
        double threshold = rule == ThresholdRule.RECALL && ruleValue != null
                ? pixels.recallThreshold(ruleValue)
                : pixels.f1Threshold();
        return Math.min(threshold, imageThreshold);
    }

    /**
     * Raises a threshold that is the score of an image by {@link #ROUNDING}, but not to the next higher score: the verdicts are
     * the same, and another runtime's rounding does not turn them.
     */
    private static double above(double threshold, double[] scores) {
        double next = 1;
        boolean score = false;
        for (double one : scores) {
            score |= one == threshold;
            next = one > threshold ? Math.min(next, one) : next;
        }
        return score ? Math.min(threshold + ROUNDING, (threshold + next) / 2) : threshold;
    }

    /**
     * Moves a threshold to the middle between the scores around it: the verdicts are the same, and another runtime's
     * rounding does not turn them.
     */
    static double amid(double[] scores, double threshold) {
        double below =
                Arrays.stream(scores).filter(score -> score <= threshold).max().orElse(threshold);
        double above =
                Arrays.stream(scores).filter(score -> score > threshold).min().orElse(threshold);
        return (below + above) / 2;
    }
}
