package io.draem.trainer.evaluation;

import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.RankingMetrics;
import io.draem.score.ThresholdRule;
import io.draem.score.Thresholds;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/** Finds thresholds and ranges on validation images. */
public final class Calibrator {

    /** Of the normal images' scores, where no anomalous image gives a better rule: one false alarm in a hundred. */
    static final double QUANTILE = 0.99;

    private Calibrator() {}

    /**
     * Returns thresholds and the ranges seen.
     *
     * <p>With real defects both thresholds maximise F1 ({@link ThresholdRule#F1}). Synthetic anomalies are easier than
     * real ones, so a threshold that separates them best would miss subtle defects: with them the image threshold is the
     * {@value #QUANTILE} quantile of the normal images' scores ({@link ThresholdRule#QUANTILE}). The pixel threshold
     * maximises F1 wherever there is a mask, but is never above the image threshold, so that an anomalous image has a
     * region.
     *
     * @param scores what the model said of the validation images; at least one normal one
     * @param synthetic whether the anomalous ones are synthetic
     */
    public static Calibration calibrate(Scores scores, boolean synthetic) {
        double[] imageScores = scores.imageScores();
        boolean[] labels = scores.imageLabels();
        double[] pixels = pixels(scores.maps());
        ThresholdRule rule = !synthetic && RankingMetrics.isDefined(labels) ? ThresholdRule.F1 : ThresholdRule.QUANTILE;
        double imageThreshold = rule == ThresholdRule.F1
                ? amid(imageScores, Thresholds.f1(imageScores, labels))
                : Thresholds.quantile(scores.where(image -> !image.anomalous()).imageScores(), QUANTILE);
        boolean[] pixelLabels = pixelLabels(scores.masks(), pixels.length);
        double pixelThreshold = RankingMetrics.isDefined(pixelLabels)
                ? Math.min(Thresholds.f1(pixels, pixelLabels), imageThreshold)
                : imageThreshold;
        DoubleSummaryStatistics scoreRange = range(imageScores);
        DoubleSummaryStatistics mapRange = range(pixels);
        int normal = (int) scores.where(image -> !image.anomalous()).images().stream()
                .map(Scores.Scored::name) // a held-out image comes several times
                .distinct()
                .count();
        int anomalous = scores.where(Scores.Scored::anomalous).size();
        return new Calibration(
                rule,
                imageThreshold,
                pixelThreshold,
                scoreRange.getMin(),
                scoreRange.getMax(),
                mapRange.getMin(),
                mapRange.getMax(),
                normal,
                synthetic ? 0 : anomalous,
                synthetic ? anomalous : 0);
    }

    /**
     * Moves a threshold to the middle between the scores around it: the verdicts are the same, and another runtime's
     * rounding does not turn them.
     */
    private static double amid(double[] scores, double threshold) {
        double below =
                Arrays.stream(scores).filter(score -> score <= threshold).max().orElse(threshold);
        double above =
                Arrays.stream(scores).filter(score -> score > threshold).min().orElse(threshold);
        return (below + above) / 2;
    }

    private static double[] pixels(List<AnomalyMap> maps) {
        double[] pixels =
                new double[maps.stream().mapToInt(map -> map.values().length).sum()];
        int i = 0;
        for (AnomalyMap map : maps) {
            for (float value : map.values()) {
                pixels[i++] = value;
            }
        }
        return pixels;
    }

    private static boolean[] pixelLabels(List<boolean[]> masks, int length) {
        boolean[] labels = new boolean[length];
        int i = 0;
        for (boolean[] mask : masks) {
            System.arraycopy(mask, 0, labels, i, mask.length);
            i += mask.length;
        }
        return labels;
    }

    private static DoubleSummaryStatistics range(double[] values) {
        DoubleSummaryStatistics range = new DoubleSummaryStatistics();
        for (double value : values) {
            range.accept(value);
        }
        return range;
    }
}
