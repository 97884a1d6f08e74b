package io.draem.trainer.evaluation.metrics;

import io.draem.frame.FrameSize;
import io.draem.image.ImageMask;
import io.draem.score.AnomalyMap;
import io.draem.score.RowMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A defect that a mask marks: anomalous pixels that touch at sides or corners.
 *
 * <p>It is as wide as the largest disc that fits into it, centered on a pixel or on the corner of four. Distances are those
 * of pixels to the nearest one outside the defect, in the chamfer metric with steps of 1, 7/5 and 11/5 (Borgefors, Distance
 * transformations in digital images, 1986), which is within 2 percent of the straight line. A bar along the rows or columns
 * is exactly as wide as its pixels, and a crack as wide as its thickest part, however long it is. Beyond the border of the
 * mask is outside.
 */
public final class MaskedDefect {

    /** Steps to a neighbor at a side, at a corner, and one aside of the next but one, in fifths of a pixel. */
    private static final int SIDE = 5;

    private static final int CORNER = 7;
    private static final int KNIGHT = 11;

    private final FrameSize mask;
    /** Row, first column and column after the last of each run, in reading order. */
    private final int[] runs;

    private final double width;

    private MaskedDefect(FrameSize mask, int[] runs) {
        this.mask = mask;
        this.runs = runs;
        this.width = (double) widest(runs) / SIDE;
    }

    /**
     * Returns the defects of a mask, in reading order of their first pixels.
     *
     * @param region the pixels of the mask that count; null for all
     * @throws IllegalArgumentException if the region is of another size
     */
    public static List<MaskedDefect> of(ImageMask mask, @Nullable RowMask region) {
        int width = mask.width();
        int height = mask.height();
        if (region != null && (region.width() != width || region.height() != height)) {
            throw new IllegalArgumentException("A region of " + region.width() + "x" + region.height()
                    + " is not that of a mask of " + width + "x" + height);
        }
        boolean[] pixels = mask.resized(width, height);
        ConnectedComponents components = ConnectedComponents.find(
                width,
                height,
                index -> pixels[index] && (region == null || region.contains(index % width, index / width)));
        int[][] runs = new int[components.components()][];
        int[] lengths = new int[runs.length];
        for (int run = 0; run < components.runs(); run++) {
            lengths[components.component(run)] += 3;
        }
        Arrays.setAll(runs, component -> new int[lengths[component]]);
        Arrays.fill(lengths, 0);
        for (int run = 0; run < components.runs(); run++) {
            int component = components.component(run);
            int at = lengths[component];
            runs[component][at] = components.row(run);
            runs[component][at + 1] = components.start(run);
            runs[component][at + 2] = components.end(run);
            lengths[component] += 3;
        }
        FrameSize size = new FrameSize(width, height);
        List<MaskedDefect> defects = new ArrayList<>(runs.length);
        for (int[] ofComponent : runs) {
            defects.add(new MaskedDefect(size, ofComponent));
        }
        return defects;
    }

    /** Returns the size of the mask. */
    public FrameSize mask() {
        return mask;
    }

    /** Returns how many pixels of the mask the defect is across, at least 1. */
    public double width() {
        return width;
    }

    /**
     * Returns the largest value that a map has on the defect.
     *
     * @param map raw map of the same image, of any size; each of its pixels counts that a pixel of the defect falls into
     */
    public float peak(AnomalyMap map) {
        float peak = Float.NEGATIVE_INFINITY;
        for (int run = 0; run < runs.length; run += 3) {
            int left = scaled(runs[run + 1], map.width(), mask.width());
            int right = lastScaled(runs[run + 2], map.width(), mask.width());
            int bottom = lastScaled(runs[run] + 1, map.height(), mask.height());
            for (int y = scaled(runs[run], map.height(), mask.height()); y <= bottom; y++) {
                for (int x = left; x <= right; x++) {
                    peak = Math.max(peak, map.at(x, y));
                }
            }
        }
        return peak;
    }

    private static int scaled(int position, int to, int from) {
        return (int) ((long) position * to / from);
    }

    /** Returns the last pixel that begins before a position. */
    private static int lastScaled(int end, int to, int from) {
        return (int) (((long) end * to - 1) / from);
    }

    /**
     * Returns the width in fifths of a pixel. Two passes over the pixels of the defect, each of which needs two other rows,
     * so that memory is that of the defect and not of the mask.
     */
    private static int widest(int[] runs) {
        int left = Integer.MAX_VALUE;
        int right = 0;
        int area = 0;
        for (int run = 0; run < runs.length; run += 3) {
            left = Math.min(left, runs[run + 1]);
            right = Math.max(right, runs[run + 2]);
            area += runs[run + 2] - runs[run + 1];
        }
        int[] distances = new int[area];
        // The row of the run and the two before it, with two pixels of the outside at both ends.
        int[][] rows = new int[3][right - left + 4];
        int at = 0;
        for (int run = 0; run < runs.length; run += 3) {
            if (run > 0 && runs[run] != runs[run - 3]) {
                nextRow(rows);
            }
            for (int x = runs[run + 1] - left + 2; x < runs[run + 2] - left + 2; x++) {
                rows[0][x] = Math.min(rows[0][x - 1] + SIDE, nearest(rows, x));
                distances[at++] = rows[0][x];
            }
        }
        for (int[] row : rows) {
            Arrays.fill(row, 0);
        }
        int widest = 0;
        for (int run = runs.length - 3; run >= 0; run -= 3) {
            if (run + 3 < runs.length && runs[run] != runs[run + 3]) {
                nextRow(rows);
            }
            int[] row = rows[0];
            int[] below = rows[1];
            for (int x = runs[run + 2] - left + 1; x > runs[run + 1] - left + 1; x--) {
                row[x] = Math.min(distances[--at], Math.min(row[x + 1] + SIDE, nearest(rows, x)));
                // The outside begins half a pixel before the center of its pixel; a corner is half a pixel farther from
                // there than the nearest of the four centers around it.
                int corner = Math.min(Math.min(row[x], row[x + 1]), Math.min(below[x], below[x + 1]));
                widest = Math.max(widest, Math.max(2 * row[x] - SIDE, 2 * corner));
            }
        }
        return widest;
    }

    private static void nextRow(int[][] rows) {
        int[] free = rows[2];
        rows[2] = rows[1];
        rows[1] = rows[0];
        rows[0] = free;
        Arrays.fill(free, 0);
    }

    /** Returns the least distance of a pixel by way of the two rows before its own. */
    private static int nearest(int[][] rows, int x) {
        int[] other = rows[1];
        int[] next = rows[2];
        int knight = Math.min(Math.min(other[x - 2], other[x + 2]), Math.min(next[x - 1], next[x + 1])) + KNIGHT;
        return Math.min(Math.min(other[x] + SIDE, Math.min(other[x - 1], other[x + 1]) + CORNER), knight);
    }
}
