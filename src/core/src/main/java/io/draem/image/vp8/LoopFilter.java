package io.draem.image.vp8;

/** Smooths the edges of the macroblocks of a frame and of their blocks, once all are decoded (RFC 6386, section 15). */
final class LoopFilter {

    private final boolean simple;
    private final int sharpness;
    private final int columns;
    private final byte[] levels;
    private final boolean[] inside;

    LoopFilter(FrameHeader header, int columns, int rows) {
        this.simple = header.simpleFilter;
        this.sharpness = header.sharpness;
        this.columns = columns;
        this.levels = new byte[columns * rows];
        this.inside = new boolean[columns * rows];
    }

    /**
     * Sets how a macroblock is filtered.
     *
     * @param level strength, 0 to 63; 0 leaves its edges as they are
     * @param filtersInside whether the edges of its blocks are filtered too
     */
    void set(int column, int row, int level, boolean filtersInside) {
        int index = row * columns + column;
        levels[index] = (byte) level;
        inside[index] = filtersInside;
    }

    void apply(Plane luma, Plane blue, Plane red) {
        for (int index = 0; index < levels.length; index++) {
            if (levels[index] > 0) {
                filter(luma, blue, red, index % columns, index / columns, levels[index], inside[index]);
            }
        }
    }

    private void filter(Plane luma, Plane blue, Plane red, int column, int row, int level, boolean filtersInside) {
        int inner = level;
        if (sharpness > 0) {
            inner = Math.min(inner >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
        }
        inner = Math.max(1, inner);
        int limit = 2 * level + inner;
        int variance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
        int at = luma.at(16 * column, 16 * row);
        if (simple) {
            simple(luma, at, column, row, limit, filtersInside);
            return;
        }
        normal(luma, at, 16, column, row, limit, inner, variance, filtersInside);
        int chroma = blue.at(8 * column, 8 * row);
        normal(blue, chroma, 8, column, row, limit, inner, variance, filtersInside);
        normal(red, chroma, 8, column, row, limit, inner, variance, filtersInside);
    }

    private static void simple(Plane luma, int at, int column, int row, int limit, boolean filtersInside) {
        int stride = luma.stride;
        if (column > 0) {
            EdgeFilter.simple(luma, at, stride, 1, 16, limit + 4);
        }
        for (int x = 4; filtersInside && x < 16; x += 4) {
            EdgeFilter.simple(luma, at + x, stride, 1, 16, limit);
        }
        if (row > 0) {
            EdgeFilter.simple(luma, at, 1, stride, 16, limit + 4);
        }
        for (int y = 4; filtersInside && y < 16; y += 4) {
            EdgeFilter.simple(luma, at + y * stride, 1, stride, 16, limit);
        }
    }

    private static void normal(
            Plane plane,
            int at,
            int size,
            int column,
            int row,
            int limit,
            int inner,
            int variance,
            boolean filtersInside) {
        int stride = plane.stride;
        if (column > 0) {
            EdgeFilter.normal(plane, at, stride, 1, size, limit + 4, inner, variance, false);
        }
        for (int x = 4; filtersInside && x < size; x += 4) {
            EdgeFilter.normal(plane, at + x, stride, 1, size, limit, inner, variance, true);
        }
        if (row > 0) {
            EdgeFilter.normal(plane, at, 1, stride, size, limit + 4, inner, variance, false);
        }
        for (int y = 4; filtersInside && y < size; y += 4) {
            EdgeFilter.normal(plane, at + y * stride, 1, stride, size, limit, inner, variance, true);
        }
    }
}
