package io.draem.trainer.evaluation.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * How well scores rank anomalous above normal, at every threshold: of images here, of the pixels of anomaly maps from
 * {@link PixelScores#ranking()}.
 *
 * <p>Ties are counted as scikit-learn and torchmetrics do: entries of one score change sides together.
 */
public final class RankingMetrics {

    private final long normal;
    private final long anomalous;

    /** Visits every threshold from the highest score down, all entries of one score at a time. */
    private final Consumer<ThresholdVisitor> descent;

    RankingMetrics(long normal, long anomalous, Consumer<ThresholdVisitor> descent) {
        LabelledScores.requireBoth(normal, anomalous);
        this.normal = normal;
        this.anomalous = anomalous;
        this.descent = descent;
    }

    interface ThresholdVisitor {

        /** Receives the numbers of anomalous and of normal entries at or above the threshold. */
        void visit(long found, long falseAlarms);
    }

    /**
     * The figures of one threshold.
     *
     * @param falsePositiveRate share of the normal entries that are above it
     * @param recall share of the anomalous entries that are above it
     * @param precision share of the entries above it that are anomalous
     */
    public record Point(double falsePositiveRate, double recall, double precision) {}

    /** Returns whether both classes are present, without which no ranking metric is defined. */
    public static boolean isDefined(boolean[] anomalous) {
        boolean some = false;
        boolean all = true;
        for (boolean label : anomalous) {
            some |= label;
            all &= label;
        }
        return some && !all;
    }

    /**
     * Ranks scores, larger meaning more anomalous.
     *
     * @throws IllegalArgumentException if a class is missing, the lengths differ, or a score is not a number
     */
    public static RankingMetrics of(float[] scores, boolean[] anomalous) {
        LabelledScores labelled = LabelledScores.of(scores, anomalous);
        Arrays.sort(labelled.normal());
        Arrays.sort(labelled.anomalous());
        return new RankingMetrics(
                labelled.normal().length, labelled.anomalous().length, visitor -> descend(labelled, visitor));
    }

    /**
     * Ranks scores in double precision, up to 2^24 of them.
     *
     * @throws IllegalArgumentException as {@link #of(float[], boolean[])}
     */
    public static RankingMetrics of(double[] scores, boolean[] anomalous) {
        return of(ranks(scores), anomalous);
    }

    /** Returns the area under the ROC curve: the chance that an anomalous score is above a normal one, ties half. */
    public double auroc() {
        double[] sum = new double[1];
        long[] before = new long[2];
        descent.accept((found, falseAlarms) -> {
            sum[0] += 0.5 * (falseAlarms - before[1]) * ((double) found + before[0]);
            before[0] = found;
            before[1] = falseAlarms;
        });
        return sum[0] / anomalous / normal;
    }

    /** Returns average precision: precision at each threshold, weighted by the recall that the threshold adds. */
    public double averagePrecision() {
        double[] sum = new double[1];
        long[] before = new long[1];
        descent.accept((found, falseAlarms) -> {
            sum[0] += (found - before[0]) * ((double) found / (found + falseAlarms));
            before[0] = found;
        });
        return sum[0] / anomalous;
    }

    /** Returns the best F1 score (harmonic mean of precision and recall) that any threshold gives. */
    public double f1Max() {
        double[] best = new double[1];
        descent.accept((found, falseAlarms) -> best[0] = Math.max(best[0], f1(found, falseAlarms, anomalous)));
        return best[0];
    }

    /**
     * Returns the thresholds from the highest down, to draw curves of; those that differ from the one before by less than
     * the resolution in every value are left out.
     */
    public List<Point> curve(double resolution) {
        List<Point> points = new ArrayList<>();
        Point[] last = new Point[1];
        descent.accept((found, falseAlarms) -> {
            Point point = new Point(
                    (double) falseAlarms / normal, (double) found / anomalous, (double) found / (found + falseAlarms));
            last[0] = point;
            if (points.isEmpty() || differs(point, points.get(points.size() - 1), resolution)) {
                points.add(point);
            }
        });
        if (!points.get(points.size() - 1).equals(last[0])) {
            points.add(last[0]);
        }
        return points;
    }

    static double f1(long found, long falseAlarms, long anomalous) {
        return 2.0 * found / ((double) found + falseAlarms + anomalous);
    }

    private static boolean differs(Point a, Point b, double resolution) {
        return Math.abs(a.falsePositiveRate() - b.falsePositiveRate()) >= resolution
                || Math.abs(a.recall() - b.recall()) >= resolution
                || Math.abs(a.precision() - b.precision()) >= resolution;
    }

    private static void descend(LabelledScores sorted, ThresholdVisitor visitor) {
        float[] normal = sorted.normal();
        float[] anomalous = sorted.anomalous();
        int a = anomalous.length - 1;
        int n = normal.length - 1;
        while (a >= 0 || n >= 0) {
            float score = Math.max(
                    a >= 0 ? anomalous[a] : Float.NEGATIVE_INFINITY, n >= 0 ? normal[n] : Float.NEGATIVE_INFINITY);
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
}
