package io.draem.trainer.evaluation.metrics;

import java.util.Arrays;

/**
 * Finds thresholds in the scores of validation images; what is strictly above a threshold is anomalous.
 *
 * <p>Scores are float32 values, as the graph returns them. The threshold for which a score {@code s} is still anomalous is
 * the next smaller float32, {@code Math.nextDown((float) s)}: anomalib's rule is {@code >=}, and so both rules give the
 * same verdicts.
 */
public final class ThresholdSearch {

    private ThresholdSearch() {}

    /**
     * Returns the threshold with the best F1 score, the lowest of several, as anomalib's
     * {@code F1AdaptiveThreshold} chooses it.
     *
     * @throws IllegalArgumentException if a class is missing, the lengths differ, or a score is not a number
     */
    public static double f1(double[] scores, boolean[] anomalous) {
        LabelledScores.requireSameLength(scores.length, anomalous.length);
        int anomalousCount = 0;
        for (boolean label : anomalous) {
            anomalousCount += label ? 1 : 0;
        }
        LabelledScores.requireBoth(scores.length - anomalousCount, anomalousCount);
        double[] normalScores = select(scores, anomalous, false);
        double[] anomalousScores = select(scores, anomalous, true);

        double best = -1;
        double bestScore = Double.NaN;
        int a = anomalousCount - 1;
        int n = normalScores.length - 1;
        while (a >= 0) {
            double score = n >= 0 ? Math.max(anomalousScores[a], normalScores[n]) : anomalousScores[a];
            while (a >= 0 && anomalousScores[a] == score) {
                a--;
            }
            while (n >= 0 && normalScores[n] == score) {
                n--;
            }
            int found = anomalousCount - 1 - a;
            int falseAlarms = normalScores.length - 1 - n;
            double f1 = 2.0 * found / ((double) found + falseAlarms + anomalousCount);
            if (f1 >= best) {
                best = f1;
                bestScore = score;
            }
        }
        return justBelow(bestScore);
    }

    /**
     * Returns a quantile of the scores of normal images, interpolated linearly between the two nearest as
     * {@code numpy.quantile} does: a share of about {@code 1 - q} of the normal images is above it.
     *
     * @param q 0 (smallest score) to 1 (largest score)
     * @throws IllegalArgumentException if there is no score, one is not a number, or {@code q} is out of range
     */
    public static double quantile(double[] normalScores, double q) {
        if (!(q >= 0 && q <= 1)) {
            throw new IllegalArgumentException("A quantile must be 0 to 1, got " + q);
        }
        double[] sorted = sorted(normalScores, "normal");
        double position = q * (sorted.length - 1);
        int lower = (int) position;
        int upper = Math.min(lower + 1, sorted.length - 1);
        return sorted[lower] + (position - lower) * (sorted[upper] - sorted[lower]);
    }

    /**
     * Returns the highest threshold that at least a share of the anomalous images strictly exceeds.
     *
     * @param recall that share, above 0 and up to 1
     * @throws IllegalArgumentException if there is no score, one is not a number, or {@code recall} is out of range
     */
    public static double recall(double[] anomalousScores, double recall) {
        if (!(recall > 0 && recall <= 1)) {
            throw new IllegalArgumentException("A recall must be above 0 and up to 1, got " + recall);
        }
        double[] sorted = sorted(anomalousScores, "anomalous");
        // 0.9 of 10 is 9, though 0.9 * 10 may come out a hair above it
        int needed = Math.max(1, (int) Math.ceil(recall * sorted.length - 1e-9));
        return justBelow(sorted[sorted.length - needed]);
    }

    private static double justBelow(double score) {
        return Math.nextDown((float) score);
    }

    private static double[] sorted(double[] scores, String kind) {
        if (scores.length == 0) {
            throw new IllegalArgumentException("No scores of " + kind + " images to take a threshold from");
        }
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        LabelledScores.requireNumber(sorted[sorted.length - 1]); // NaN sorts last
        return sorted;
    }

    private static double[] select(double[] scores, boolean[] labels, boolean wanted) {
        double[] selected = new double[scores.length];
        int count = 0;
        for (int i = 0; i < scores.length; i++) {
            if (labels[i] == wanted) {
                selected[count++] = scores[i];
            }
        }
        return sorted(Arrays.copyOf(selected, count), wanted ? "anomalous" : "normal");
    }
}
