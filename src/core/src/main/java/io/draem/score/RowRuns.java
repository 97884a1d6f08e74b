package io.draem.score;

/** The runs of one row of an anomaly map, from left to right: stretches of pixels above a level. */
final class RowRuns {

    final int[] starts;
    final int[] ends; // exclusive
    final double[] sums;
    final float[] peaks;
    final RegionComponent[] components;
    int count;

    RowRuns(int width) {
        int max = (width + 1) / 2;
        starts = new int[max];
        ends = new int[max];
        sums = new double[max];
        peaks = new float[max];
        components = new RegionComponent[max];
    }

    void clear() {
        count = 0;
    }

    /** Adds the runs of a part of a row, to the right of the others, whose values are above the level. */
    void find(float[] row, int from, int to, float level) {
        int x = from;
        while (x < to) {
            if (!(row[x] > level)) {
                x++;
                continue;
            }
            int start = x;
            double sum = 0;
            float peak = Float.NEGATIVE_INFINITY;
            while (x < to && row[x] > level) {
                sum += row[x];
                peak = Math.max(peak, row[x]);
                x++;
            }
            starts[count] = start;
            ends[count] = x;
            sums[count] = sum;
            peaks[count] = peak;
            count++;
        }
    }

    /** Returns the component that a run belongs to. */
    RegionComponent component(int run) {
        return components[run].root();
    }
}
