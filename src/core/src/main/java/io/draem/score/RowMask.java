package io.draem.score;

/** Which pixels of a raster count, as runs of each row. Safe for use by several threads. */
public interface RowMask {

    /** Returns the pixels in a row. */
    int width();

    /** Returns the number of rows. */
    int height();

    /**
     * Writes the first and the last column (exclusive) of each run of row {@code y}, from left to right.
     *
     * @param bounds at least twice {@link #maxRuns} numbers
     * @return the number of runs
     */
    int runs(int y, int[] bounds);

    /** Returns the largest number of runs in a row. */
    int maxRuns();

    /** Returns whether a pixel counts. */
    boolean contains(int x, int y);

    /** Returns whether any pixel of a rectangle counts; what of it is outside the raster does not. */
    boolean intersects(int x, int y, int width, int height);

    /** Returns how many pixels count. */
    long count();
}
