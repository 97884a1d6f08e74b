package io.draem.score;

/**
 * An anomaly map at another size, of which only single rows are in memory.
 *
 * <p>Values are interpolated bilinearly between pixel centers (no antialiasing), as
 * {@code torch.nn.functional.interpolate(mode="bilinear", align_corners=False)} does; at the map's own size they are
 * the map's. {@link AnomalyMap#resized} returns the same values in one array.
 */
public final class ScaledMap {

    private final AnomalyMap source;
    private final int width;
    private final int height;
    private final boolean sameSize;

    // Of each column: the source columns on both sides, and the weight of the right one.
    private final int[] left;
    private final int[] right;
    private final float[] rightWeight;
    private final float scaleY;

    /**
     * @param source raw map, not copied
     * @param width pixels in a row of the scaled map
     * @param height rows of the scaled map
     */
    public ScaledMap(AnomalyMap source, int width, int height) {
        if (width < 1 || height < 1 || (long) width * height > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("A map cannot be scaled to " + width + "x" + height);
        }
        this.source = source;
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

    /** Returns the number of pixels in a row. */
    public int width() {
        return width;
    }

    /** Returns the number of rows. */
    public int height() {
        return height;
    }

    /** Returns the value at column {@code x} of row {@code y}. */
    public float at(int x, int y) {
        if (sameSize) {
            return source.at(x, y);
        }
        float sourceY = sourceY(y);
        int above = above(sourceY);
        float upper = across(x, above * source.width());
        float lower = across(x, below(above) * source.width());
        return upper + (sourceY - above) * (lower - upper);
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

    private float sourceY(int y) {
        return Math.max(0f, (y + 0.5f) * scaleY - 0.5f);
    }

    private int above(float sourceY) {
        return Math.min((int) sourceY, source.height() - 1);
    }

    private int below(int above) {
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

        private Rows() {}

        /** Returns the values of a row, which the next call replaces. */
        public float[] read(int y) {
            if (sameSize) {
                System.arraycopy(source.values(), y * width, row, 0, width);
                return row;
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
            return row;
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

    /** Finds rows that are entirely at or below a threshold, from the source's rows alone. */
    final class Bounds {

        private final float[] largest = new float[source.height()];
        private final double threshold;

        Bounds(double threshold) {
            this.threshold = threshold;
            for (int y = 0; y < largest.length; y++) {
                float max = Float.NEGATIVE_INFINITY;
                float largestMagnitude = 0;
                for (int i = y * source.width(); i < (y + 1) * source.width(); i++) {
                    max = Math.max(max, source.values()[i]);
                    largestMagnitude = Math.max(largestMagnitude, Math.abs(source.values()[i]));
                }
                // Rounding may lift an interpolated value a little above the values that it is between.
                largest[y] = max + 8 * Math.ulp(largestMagnitude);
            }
        }

        /** Returns whether a row may have a value above the threshold; where it returns false there is none. */
        boolean mayExceed(int y) {
            int above = above(sourceY(y));
            return !(Math.max(largest[above], largest[below(above)]) <= threshold);
        }
    }
}
