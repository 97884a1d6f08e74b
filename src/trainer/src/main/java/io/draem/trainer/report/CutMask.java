package io.draem.trainer.report;

import io.draem.score.RowMask;

/**
 * A rectangle of a mask.
 *
 * @param left first column in the whole mask
 * @param top first row in the whole mask
 */
record CutMask(RowMask whole, int left, int top, int width, int height) implements RowMask {

    @Override
    public int runs(int y, int[] bounds) {
        int all = whole.runs(top + y, bounds);
        int runs = 0;
        for (int run = 0; run < all; run++) {
            int start = Math.max(0, bounds[2 * run] - left);
            int end = Math.min(width, bounds[2 * run + 1] - left);
            if (start < end) {
                bounds[2 * runs] = start;
                bounds[2 * runs + 1] = end;
                runs++;
            }
        }
        return runs;
    }

    @Override
    public int maxRuns() {
        return whole.maxRuns();
    }

    @Override
    public boolean contains(int x, int y) {
        return whole.contains(left + x, top + y);
    }

    @Override
    public boolean intersects(int x, int y, int columns, int rows) {
        int startX = Math.max(0, x);
        int startY = Math.max(0, y);
        int endX = Math.min(width, x + columns);
        int endY = Math.min(height, y + rows);
        return startX < endX
                && startY < endY
                && whole.intersects(left + startX, top + startY, endX - startX, endY - startY);
    }

    @Override
    public long count() {
        int[] bounds = new int[2 * maxRuns()];
        long count = 0;
        for (int y = 0; y < height; y++) {
            int runs = runs(y, bounds);
            for (int run = 0; run < runs; run++) {
                count += bounds[2 * run + 1] - bounds[2 * run];
            }
        }
        return count;
    }
}
