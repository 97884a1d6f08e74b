package io.draem.score;

import java.util.Arrays;
import java.util.List;

/**
 * How well scores rank anomalous above normal, at every threshold: for images and for the pixels of anomaly maps.
 *
 * <p>Ties are counted as scikit-learn and torchmetrics do: entries of one score change sides together. The scores are
 * sorted once, as primitive floats, for all the metrics.
 */
public final class RankingMetrics {

    private final float[] normal; // ascending
    private final float[] anomalous; // ascending

    private RankingMetrics(LabelledScores scores) {
        this.normal = scores.normal();
        this.anomalous = scores.anomalous();
        Arrays.parallelSort(normal);
        Arrays.parallelSort(anomalous);
    }

    /** Tells whether both classes are there, without which no ranking metric has a meaning. */
    public static boolean isDefined(boolean[] anomalous) {
        return isDefined(List.of(anomalous));
    }

    /** Tells whether both classes are there in all masks together. */
    public static boolean isDefined(List<boolean[]> anomalous) {
        boolean some = false;
        boolean all = true;
        for (boolean[] mask : anomalous) {
            for (boolean label : mask) {
                some |= label;
                all &= label;
            }
        }
        return some && !all;
    }

    /**
     * Ranks scores, larger meaning more anomalous.
     *
     * @throws IllegalArgumentException if a class is missing, the lengths differ, or a score is not a number
     */
    public static RankingMetrics of(float[] scores, boolean[] anomalous) {
        return new RankingMetrics(LabelledScores.of(List.of(scores), List.of(anomalous)));
    }

    /**
     * Ranks scores in double precision, up to 2^24 of them.
     *
     * @throws IllegalArgumentException as {@link #of(float[], boolean[])}
     */
    public static RankingMetrics of(double[] scores, boolean[] anomalous) {
        return of(ranks(scores), anomalous);
    }

    /**
     * Ranks the pixels of all maps together.
     *
     * @param anomalous one mask for each map, of as many pixels, rows from the top
     * @throws IllegalArgumentException as {@link #of(float[], boolean[])}
     */
    public static RankingMetrics ofPixels(List<AnomalyMap> maps, List<boolean[]> anomalous) {
        return new RankingMetrics(
                LabelledScores.of(maps.stream().map(AnomalyMap::values).toList(), anomalous));
    }

    /** Returns the area under the ROC curve: the chance that an anomalous score is above a normal one, ties half. */
    public double auroc() {
        double sum = 0;
        int below = 0;
        int notAbove = 0;
        for (float score : anomalous) {
            while (below < normal.length && normal[below] < score) {
                below++;
            }
            notAbove = Math.max(notAbove, below);
            while (notAbove < normal.length && normal[notAbove] == score) {
                notAbove++;
            }
            sum += 0.5 * ((double) below + notAbove);
        }
        return sum / anomalous.length / normal.length;
    }

    /** Returns average precision: precision at each threshold, weighted by the recall that the threshold adds. */
    public double averagePrecision() {
        double[] sum = new double[1];
        int[] before = new int[1];
        descend((found, falseAlarms) -> {
            sum[0] += (found - before[0]) * ((double) found / (found + falseAlarms));
            before[0] = found;
        });
        return sum[0] / anomalous.length;
    }

    /** Returns the best F1 score (harmonic mean of precision and recall) that any threshold gives. */
    public double f1Max() {
        double[] best = new double[1];
        descend((found, falseAlarms) ->
                best[0] = Math.max(best[0], 2.0 * found / ((double) found + falseAlarms + anomalous.length)));
        return best[0];
    }

    /** Visits every threshold from the highest score down, all entries of one score at a time. */
    private void descend(ThresholdVisitor visitor) {
        int a = anomalous.length - 1;
        int n = normal.length - 1;
        while (a >= 0) { // below the last anomalous score neither metric changes for the better
            float score = n >= 0 ? Math.max(anomalous[a], normal[n]) : anomalous[a];
            while (a >= 0 && anomalous[a] == score) {
                a--;
            }
            while (n >= 0 && normal[n] == score) {
                n--;
            }
            visitor.visit(anomalous.length - 1 - a, normal.length - 1 - n);
        }
    }

    /** Replaces scores by their dense ranks, which floats hold exactly. */
    private static float[] ranks(double[] scores) {
        if (scores.length > 1 << 24) {
            throw new IllegalArgumentException("At most 2^24 scores in double precision, got " + scores.length);
        }
        double[] sorted = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            sorted[i] = scores[i] + 0.0; // makes -0.0 the 0.0 that it equals
        }
        Arrays.sort(sorted);
        int distinct = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i == 0 || sorted[i] != sorted[distinct - 1]) {
                sorted[distinct++] = sorted[i];
            }
        }
        float[] ranks = new float[scores.length];
        for (int i = 0; i < scores.length; i++) {
            ranks[i] = Double.isNaN(scores[i]) ? Float.NaN : Arrays.binarySearch(sorted, 0, distinct, scores[i] + 0.0);
        }
        return ranks;
    }

    private interface ThresholdVisitor {

        void visit(int found, int falseAlarms);
    }
}
