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
 * <p>It is as wide as the largest disc that fits into it: {@code 2 d - 1} pixels, where {@code d} is the largest distance of
 * a pixel to one outside the defect, in the chamfer metric with steps of 1 and 4/3 (Borgefors, Distance transformations in
 * digital images, 1986). A crack is as wide as its thickest part, however long it is; an even width counts one pixel less.
 * Beyond the border of the mask is outside.
 */
public final class MaskedDefect {

    /** Steps to a neighbor at a side and at a corner, in thirds of a pixel. */
    private static final int SIDE = 3;

    private static final int CORNER = 4;

    private final FrameSize mask;
    /** Row, first column and column after the last of each run, in reading order. */
    private final int[] runs;

    private final double width;

    private MaskedDefect(FrameSize mask, int[] runs) {
        this.mask = mask;
        this.runs = runs;
        this.width = 2.0 * largestDistance(runs) / SIDE - 1;
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
     * Returns the largest distance of a pixel to the outside in thirds of a pixel. Two passes over the pixels of the defect,
     * each of which needs one other row, so that memory is that of the defect and not of the mask.
     */
    private static int largestDistance(int[] runs) {
        int left = Integer.MAX_VALUE;
        int right = 0;
        int area = 0;
        for (int run = 0; run < runs.length; run += 3) {
            left = Math.min(left, runs[run + 1]);
            right = Math.max(right, runs[run + 2]);
            area += runs[run + 2] - runs[run + 1];
        }
        int[] distances = new int[area];
        int[] other = new int[right - left + 2];
        int[] row = new int[right - left + 2];
        int at = 0;
        for (int run = 0; run < runs.length; run += 3) {
            if (run > 0 && runs[run] != runs[run - 3]) {
                int[] free = other;
                other = row;
                row = free;
                Arrays.fill(row, 0);
            }
            for (int x = runs[run + 1] - left + 1; x <= runs[run + 2] - left; x++) {
                row[x] = Math.min(Math.min(row[x - 1], other[x]) + SIDE, Math.min(other[x - 1], other[x + 1]) + CORNER);
                distances[at++] = row[x];
            }
        }
        Arrays.fill(row, 0);
        Arrays.fill(other, 0);
        int largest = 0;
        for (int run = runs.length - 3; run >= 0; run -= 3) {
            if (run + 3 < runs.length && runs[run] != runs[run + 3]) {
                int[] free = other;
                other = row;
                row = free;
                Arrays.fill(row, 0);
            }
            for (int x = runs[run + 2] - left; x > runs[run + 1] - left; x--) {
                int below =
                        Math.min(Math.min(row[x + 1], other[x]) + SIDE, Math.min(other[x - 1], other[x + 1]) + CORNER);
                row[x] = Math.min(distances[--at], below);
                largest = Math.max(largest, row[x]);
            }
        }
        return largest;
    }
}
