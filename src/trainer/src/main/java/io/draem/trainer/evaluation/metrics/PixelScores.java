package io.draem.trainer.evaluation.metrics;

import io.draem.score.AnomalyMap;
import io.draem.score.RowMask;
import org.jspecify.annotations.Nullable;

/**
 * The values of labeled pixels, counted in bins so that memory does not grow with the number of images. Pixels
 * of one bin, at most 2e-6 wide, count as equal, so that figures differ slightly from exact ones.
 */
public final class PixelScores {

    private final BinCounts counts = new BinCounts();

    private long normal;
    private long anomalous;
    private long regions;
    private float min = Float.POSITIVE_INFINITY;
    private float max = Float.NEGATIVE_INFINITY;

    /**
     * Counts the pixels of a map.
     *
     * @param mask true where a pixel is anomalous, of as many pixels, rows from the top; the 8-connected components of
     *     those that count are the regions of {@link #aupro()}
     * @param region the pixels that count; null for all
     * @throws IllegalArgumentException if the sizes differ or a value is not a number
     */
    public void add(AnomalyMap map, boolean[] mask, @Nullable RowMask region) {
        LabelledScores.requireSameLength(map.values().length, mask.length);
        boolean[] labels = region == null ? mask : new boolean[mask.length];
        float[] values = map.values();
        long[] counted = new long[1];
        visitRuns(map, region, (start, end) -> {
            for (int i = start; i < end; i++) {
                int bin = ScoreBins.of(values[i]);
                counts.add(bin, mask[i] ? 0 : 1, mask[i] ? 1 : 0, 0);
                labels[i] = mask[i];
            }
            addRange(values, start, end);
            counted[0] += end - start;
        });
        long inRegions = addRegions(map, labels);
        anomalous += inRegions;
        normal += counted[0] - inRegions;
    }

    /**
     * Adds the range of a map without labels, and counts no pixel.
     *
     * @param region the pixels that count; null for all
     */
    public void addUnlabelled(AnomalyMap map, @Nullable RowMask region) {
        visitRuns(map, region, (start, end) -> addRange(map.values(), start, end));
    }

    private void addRange(float[] values, int start, int end) {
        for (int i = start; i < end; i++) {
            min = Math.min(min, values[i]);
            max = Math.max(max, values[i]);
        }
    }

    /** A stretch of pixels that count. */
    private interface RunVisitor {

        void visit(int start, int end);
    }

    private static void visitRuns(AnomalyMap map, @Nullable RowMask region, RunVisitor visitor) {
        if (region == null) {
            visitor.visit(0, map.values().length);
            return;
        }
        if (region.width() != map.width() || region.height() != map.height()) {
            throw new IllegalArgumentException("A region of " + region.width() + "x" + region.height()
                    + " is not that of a map of " + map.width() + "x" + map.height());
        }
        int[] bounds = new int[2 * region.maxRuns()];
        for (int y = 0; y < map.height(); y++) {
            int runs = region.runs(y, bounds);
            for (int run = 0; run < runs; run++) {
                visitor.visit(y * map.width() + bounds[2 * run], y * map.width() + bounds[2 * run + 1]);
            }
        }
    }

    /** Adds the counts of another. */
    public void addAll(PixelScores other) {
        other.counts.visit(counts::add);
        normal += other.normal;
        anomalous += other.anomalous;
        regions += other.regions;
        min = Math.min(min, other.min);
        max = Math.max(max, other.max);
    }

    /** Returns the number of normal pixels. */
    public long normal() {
        return normal;
    }

    /** Returns the number of anomalous pixels. */
    public long anomalous() {
        return anomalous;
    }

    /** Returns the smallest value; infinity if there is none. */
    public double min() {
        return min;
    }

    /** Returns the largest value; negative infinity if there is none. */
    public double max() {
        return max;
    }

    /** Returns whether both classes are present, without which no ranking metric is defined. */
    public boolean isDefined() {
        return normal > 0 && anomalous > 0;
    }

    /**
     * Ranks all pixels together.
     *
     * @throws IllegalArgumentException if a class is missing
     */
    public RankingMetrics ranking() {
        return new RankingMetrics(normal, anomalous, visitor -> {
            long[] above = new long[2];
            counts.visit((bin, normals, anomalies, shares) -> {
                above[0] += anomalies;
                above[1] += normals;
                visitor.visit(above[0], above[1]);
            });
        });
    }

    /**
     * Returns the area under the per-region overlap curve up to a false-positive rate of {@value Aupro#FPR_LIMIT}, divided
     * by that limit: 0 to 1.
     *
     * @throws IllegalArgumentException if a class is missing
     */
    public double aupro() {
        LabelledScores.requireBoth(normal, anomalous);
        double[] sum = new double[1];
        long[] falseAlarms = new long[1];
        counts.visit((bin, normals, anomalies, shares) -> {
            double without = (double) falseAlarms[0] / normal;
            falseAlarms[0] += normals;
            sum[0] += shares * Aupro.areaOf(without, (double) falseAlarms[0] / normal);
        });
        return sum[0] / regions / Aupro.FPR_LIMIT;
    }

    /**
     * Returns the threshold with the best F1 score, the lowest of several; what is strictly above it is anomalous.
     *
     * @throws IllegalArgumentException if a class is missing
     */
    public double f1Threshold() {
        LabelledScores.requireBoth(normal, anomalous);
        double[] best = {-1, 0};
        long[] above = new long[2];
        counts.visit((bin, normals, anomalies, shares) -> {
            above[0] += anomalies;
            above[1] += normals;
            double f1 = RankingMetrics.f1(above[0], above[1], anomalous);
            if (f1 >= best[0]) {
                best[0] = f1;
                best[1] = ScoreBins.below(bin);
            }
        });
        return best[1];
    }

    /**
     * Returns the highest threshold that at least a share of the anomalous pixels strictly exceeds.
     *
     * @param recall that share, above 0 and up to 1
     * @throws IllegalArgumentException if there is no anomalous pixel
     */
    public double recallThreshold(double recall) {
        if (anomalous == 0) {
            throw new IllegalArgumentException("No anomalous pixels to take a threshold from");
        }
        long needed = Math.max(1, (long) Math.ceil(recall * anomalous - 1e-9));
        double[] threshold = {Double.NaN};
        long[] found = new long[1];
        counts.visit((bin, normals, anomalies, shares) -> {
            if (found[0] < needed && found[0] + anomalies >= needed) {
                threshold[0] = ScoreBins.below(bin);
            }
            found[0] += anomalies;
        });
        return threshold[0];
    }

    /** Returns the F1 score that a threshold gives. */
    public double f1At(double threshold) {
        int at = ScoreBins.of((float) threshold);
        int lowest = ScoreBins.below(at) >= threshold ? at : at + 1;
        long[] above = new long[2];
        counts.visit((bin, normals, anomalies, shares) -> {
            if (bin >= lowest) {
                above[0] += anomalies;
                above[1] += normals;
            }
        });
        return anomalous == 0 ? 0 : RankingMetrics.f1(above[0], above[1], anomalous);
    }

    /** Counts the regions and returns the number of their pixels. */
    private long addRegions(AnomalyMap map, boolean[] mask) {
        ConnectedComponents components = ConnectedComponents.find(map.width(), map.height(), index -> mask[index]);
        int[] area = new int[components.components()];
        long pixels = 0;
        for (int run = 0; run < components.runs(); run++) {
            area[components.component(run)] += components.end(run) - components.start(run);
            pixels += components.end(run) - components.start(run);
        }
        for (int run = 0; run < components.runs(); run++) {
            double share = 1.0 / area[components.component(run)];
            for (int x = components.start(run); x < components.end(run); x++) {
                int bin = ScoreBins.of(map.at(x, components.row(run)));
                counts.add(bin, 0, 0, share);
            }
        }
        regions += area.length;
        return pixels;
    }
}
