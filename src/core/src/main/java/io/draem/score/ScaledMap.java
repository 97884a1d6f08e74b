package io.draem.score;

import org.jspecify.annotations.Nullable;

/**
 * An anomaly map at another size, of which only single rows are in memory.
 *
 * <p>Values are interpolated bilinearly between pixel centers (no antialiasing), as
 * {@code torch.nn.functional.interpolate(mode="bilinear", align_corners=False)} does; at the map's own size they are
 * the map's. {@link AnomalyMap#resized} returns the same values in one array. Outside a region of interest the values are
 * 0.
 */
public final class ScaledMap {

    private final AnomalyMap source;
    private final int width;
    private final int height;
    private final boolean sameSize;
    private final @Nullable RowMask region;

    // Of each column: the source columns on both sides, and the weight of the right one.
    private final int[] left;
    private final int[] right;
    private final float[] rightWeight;
    private final float scaleY;

    /**
     * Makes a map of which every pixel counts.
     *
     * @param source raw map, not copied
     * @param width pixels in a row of the scaled map
     * @param height rows of the scaled map
     */
    public ScaledMap(AnomalyMap source, int width, int height) {
        this(source, width, height, null);
    }

    /**
     * @param source raw map, not copied
     * @param width pixels in a row of the scaled map
     * @param height rows of the scaled map
     * @param region the pixels of the scaled map that count; null for all
     */
    public ScaledMap(AnomalyMap source, int width, int height, @Nullable RowMask region) {
        if (width < 1 || height < 1 || (long) width * height > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("A map cannot be scaled to " + width + "x" + height);
        }
        if (region != null && (region.width() != width || region.height() != height)) {
            throw new IllegalArgumentException("A region of " + region.width() + "x" + region.height()
                    + " is not that of a map of " + width + "x" + height);
        }
        this.source = source;
        this.region = region;
        this.width = width;
        this.height = height;
        this.sameSize = width == source.width() && height == source.height();
        this.left = new int[width];
        this.right = new int[width];
        this.rightWeight = new float[width];
        this.scaleY = (float) source.height() / height;
        float scaleX = (float) source.width() / width;
        for (int x = 0; x < width; x++) {
            float sourceX = Math.max(0f, (x + 0.5f) * scaleX - 0.5f);
            left[x] = Math.min((int) sourceX, source.width() - 1);
            right[x] = Math.min(left[x] + 1, source.width() - 1);
            rightWeight[x] = sourceX - left[x];
        }
    }

    /** Returns the map that is scaled. */
    AnomalyMap source() {
        return source;
    }

    /** Returns the number of pixels in a row. */
    public int width() {
        return width;
    }

    /** Returns the number of rows. */
    public int height() {
        return height;
    }

    /** Returns the pixels that count; null for all. */
    public @Nullable RowMask region() {
        return region;
    }

    /** Returns the value at column {@code x} of row {@code y}. */
    public float at(int x, int y) {
        if (region != null && !region.contains(x, y)) {
            return 0;
        }
        if (sameSize) {
            return source.at(x, y);
        }
        float sourceY = sourceY(y);
        int above = above(sourceY);
        float upper = across(x, above * source.width());
        float lower = across(x, below(above) * source.width());
        return upper + (sourceY - above) * (lower - upper);
    }

    /** Returns whether a pixel exists, counts and is strictly above a threshold. */
    boolean exceeds(int x, int y, double threshold) {
        return x >= 0
                && y >= 0
                && x < width
                && y < height
                && (region == null || region.contains(x, y))
                && at(x, y) > threshold;
    }

    /**
     * Smallest and largest value of the pixels that count.
     *
     * @param min positive infinity where none counts
     * @param max negative infinity where none counts
     */
    record Range(float min, float max) {}

    /** Returns the range of the values of the pixels that count. */
    Range range() {
        Rows rows = rows();
        float min = Float.POSITIVE_INFINITY;
        float max = Float.NEGATIVE_INFINITY;
        for (int y = 0; y < height; y++) {
            int runs = rows.find(y);
            float[] values = runs > 0 ? rows.read(y) : rows.row;
            for (int run = 0; run < runs; run++) {
                for (int x = rows.start(run); x < rows.end(run); x++) {
                    min = Math.min(min, values[x]);
                    max = Math.max(max, values[x]);
                }
            }
        }
        return new Range(min, max);
    }

    /** Returns a reader of rows; a reader is used by one thread at a time. */
    public Rows rows() {
        return new Rows();
    }

    private float across(int x, int row) {
        float a = source.values()[row + left[x]];
        float b = source.values()[row + right[x]];
        return a + rightWeight[x] * (b - a);
    }

    /** Returns the row of the source, from the center of its first one, that a row is interpolated at. */
    float sourceY(int y) {
        return Math.max(0f, (y + 0.5f) * scaleY - 0.5f);
    }

    /** Returns the row of the source above such a position. */
    int above(float sourceY) {
        return Math.min((int) sourceY, source.height() - 1);
    }

    /** Returns the row of the source below it. */
    int below(int above) {
        return Math.min(above + 1, source.height() - 1);
    }

    /** Reads a scaled map row by row, in any order; the rows from the top are the fastest. */
    public final class Rows {

        /** Source rows at the width of the scaled map: each is used for several consecutive rows. */
        private float[] upper = new float[width];

        private float[] lower = new float[width];
        private int upperRow = -1;
        private int lowerRow = -1;
        private final float[] row = new float[width];
        private final int[] bounds = region == null ? new int[] {0, width} : new int[2 * region.maxRuns()];

        private Rows() {}

        /** Finds the runs of pixels that count in a row, whose ends {@link #start} and {@link #end} return. */
        int find(int y) {
            return region == null ? 1 : region.runs(y, bounds);
        }

        int start(int run) {
            return bounds[2 * run];
        }

        /** Returns the end of a run, exclusive. */
        int end(int run) {
            return bounds[2 * run + 1];
        }

        /** Returns the values of a row, which the next call replaces. */
        public float[] read(int y) {
            if (find(y) > 0) {
                readAll(y);
            }
            if (region != null) {
                region.clearOutside(y, row, 0, bounds);
            }
            return row;
        }

        private void readAll(int y) {
            if (sameSize) {
                System.arraycopy(source.values(), y * width, row, 0, width);
                return;
            }
            float sourceY = sourceY(y);
            int above = above(sourceY);
            load(above, below(above));
            float weight = sourceY - above;
            float[] first = upper;
            float[] second = lower;
            for (int x = 0; x < width; x++) {
                row[x] = first[x] + weight * (second[x] - first[x]);
            }
        }

        private void load(int above, int below) {
            if (lowerRow == above && upperRow != above) {
                float[] free = upper;
                upper = lower;
                lower = free;
                upperRow = above;
                lowerRow = -1;
            }
            if (upperRow != above) {
                stretch(above, upper);
                upperRow = above;
            }
            if (lowerRow != below) {
                stretch(below, lower);
                lowerRow = below;
            }
        }

        private void stretch(int sourceRow, float[] target) {
            int start = sourceRow * source.width();
            for (int x = 0; x < width; x++) {
                target[x] = across(x, start);
            }
        }
    }
}
