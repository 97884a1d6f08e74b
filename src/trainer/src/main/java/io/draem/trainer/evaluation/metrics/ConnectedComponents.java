package io.draem.trainer.evaluation.metrics;

import java.util.Arrays;

/**
 * Connected components of a binary image, found row by row with a union of runs: linear time, no recursion, memory for
 * the runs alone.
 *
 * <p>A run is a stretch of set pixels in one row. Runs are in reading order, so the first run of a component holds its
 * topmost, then leftmost, pixel.
 */
final class ConnectedComponents {

    /** Returns which pixels are set. */
    interface Pixels {

        boolean isSet(int index);
    }

    private int[] rows = new int[64];
    private int[] starts = new int[64];
    private int[] ends = new int[64]; // exclusive
    private int[] parents = new int[64];
    private int runs;
    private int components;

    private ConnectedComponents() {}

    /** Finds the components of pixels that touch at a side or a corner (8 neighbors). */
    static ConnectedComponents find(int width, int height, Pixels pixels) {
        ConnectedComponents found = new ConnectedComponents();
        int above = 0;
        for (int y = 0; y < height; y++) {
            int rowBegin = found.runs;
            found.addRuns(y, width, pixels);
            found.join(above, rowBegin);
            above = rowBegin;
        }
        found.numberComponents();
        return found;
    }

    /** Returns the number of components. */
    int components() {
        return components;
    }

    /** Returns the number of runs. */
    int runs() {
        return runs;
    }

    int row(int run) {
        return rows[run];
    }

    int start(int run) {
        return starts[run];
    }

    /** Returns the column behind the last pixel of a run. */
    int end(int run) {
        return ends[run];
    }

    /** Returns which component a run belongs to, numbered from 0 by first appearance. */
    int component(int run) {
        return parents[run];
    }

    private void addRuns(int y, int width, Pixels pixels) {
        int row = y * width;
        int x = 0;
        while (x < width) {
            if (!pixels.isSet(row + x)) {
                x++;
                continue;
            }
            int start = x;
            while (x < width && pixels.isSet(row + x)) {
                x++;
            }
            if (runs == rows.length) {
                grow();
            }
            rows[runs] = y;
            starts[runs] = start;
            ends[runs] = x;
            parents[runs] = runs;
            runs++;
        }
    }

    /** Joins the runs from {@code current} on with those of the row above, from {@code above} to {@code current}. */
    private void join(int above, int current) {
        int upper = above;
        for (int run = current; run < runs; run++) {
            while (upper < current && ends[upper] < starts[run]) {
                upper++;
            }
            // One run may touch several above; the last of them may also touch the next run.
            for (int touching = upper; touching < current && starts[touching] <= ends[run]; touching++) {
                union(touching, run);
            }
        }
    }

    private void union(int a, int b) {
        int rootA = root(a);
        int rootB = root(b);
        parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    }

    private int root(int run) {
        int root = run;
        while (parents[root] != root) {
            parents[root] = parents[parents[root]]; // path halving
            root = parents[root];
        }
        return root;
    }

    private void numberComponents() {
        // A root comes before every other run of its component, so one pass replaces parents by numbers.
        for (int run = 0; run < runs; run++) {
            parents[run] = parents[run] == run ? components++ : parents[parents[run]];
        }
    }

    private void grow() {
        int capacity = Math.multiplyExact(runs, 2);
        rows = Arrays.copyOf(rows, capacity);
        starts = Arrays.copyOf(starts, capacity);
        ends = Arrays.copyOf(ends, capacity);
        parents = Arrays.copyOf(parents, capacity);
    }
}
