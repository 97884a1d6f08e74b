package io.draem.frame;

import io.draem.frame.RegionOfInterest.Point;
import io.draem.image.ImageMask;
import java.util.List;

/** Draws regions of interest at the size of an image. */
final class RegionRaster {

    /** Most rows that all edges cross together: drawing them takes well under a second. */
    private static final long MAX_CROSSINGS = 20_000_000;

    private RegionRaster() {}

    /**
     * Returns the pixels whose centers are inside a polygon by the even-odd rule.
     *
     * @throws IllegalArgumentException if the edges cross too many rows
     */
    static BitMask ofPolygons(List<List<Point>> polygons, int width, int height) {
        requireFewCrossings(polygons, height);
        BitMask mask = new BitMask(width, height);
        BitMask toggles = new BitMask(width, height);
        for (List<Point> polygon : polygons) {
            int top = height;
            int bottom = 0;
            for (int i = 0; i < polygon.size(); i++) {
                Point one = polygon.get(i);
                Point other = polygon.get((i + 1) % polygon.size());
                Point upper = one.y() <= other.y() ? one : other;
                Point lower = one.y() <= other.y() ? other : one;
                // The upper end counts and the lower one does not, so that a line through a corner crosses once.
                int first = firstCenter(upper.y(), height);
                int end = firstCenter(lower.y(), height);
                for (int y = first; y < end; y++) {
                    double along = ((y + 0.5) / height - upper.y()) / (lower.y() - upper.y());
                    toggles.toggleFrom(firstCenter(upper.x() + along * (lower.x() - upper.x()), width), y);
                }
                top = Math.min(top, first);
                bottom = Math.max(bottom, end);
            }
            mask.unite(toggles, top, bottom);
        }
        return mask.counted();
    }

    private static void requireFewCrossings(List<List<Point>> polygons, int height) {
        double crossings = 0;
        for (List<Point> polygon : polygons) {
            for (int i = 0; i < polygon.size(); i++) {
                crossings += Math.abs(polygon.get(i).y()
                                - polygon.get((i + 1) % polygon.size()).y())
                        * height;
            }
        }
        if (crossings > MAX_CROSSINGS) {
            throw new IllegalArgumentException("The region of interest has too many edges for an image of " + height
                    + " rows, which they cross more than " + MAX_CROSSINGS + " times: simplify it, or use a mask");
        }
    }

    /** Returns the first of {@code size} pixels whose center is at or after a relative position. */
    private static int firstCenter(double position, int size) {
        return (int) Math.min(size, Math.max(0, Math.ceil(position * size - 0.5)));
    }

    /** Returns the pixels that a mask marks, reduced to a longest side; a cell is set if half of its pixels are marked. */
    static BitMask cells(ImageMask mask, int maxSide) {
        int longer = Math.max(mask.width(), mask.height());
        int width = reduced(mask.width(), longer, maxSide);
        int height = reduced(mask.height(), longer, maxSide);
        boolean[] marked = mask.resized(mask.width(), mask.height());
        BitMask cells = new BitMask(width, height);
        int[] counts = new int[width];
        int y = 0;
        for (int cellY = 0; cellY < height; cellY++) {
            int top = y;
            int bottom = (int) ((cellY + 1L) * mask.height() / height);
            for (; y < bottom; y++) {
                for (int x = 0; x < mask.width(); x++) {
                    counts[(int) (((x + 1L) * width - 1) / mask.width())] += marked[y * mask.width() + x] ? 1 : 0;
                }
            }
            for (int cellX = 0; cellX < width; cellX++) {
                long across = (cellX + 1L) * mask.width() / width - (long) cellX * mask.width() / width;
                if (2L * counts[cellX] >= across * (bottom - top)) {
                    cells.set(cellX, cellY);
                }
                counts[cellX] = 0;
            }
        }
        return cells.counted();
    }

    private static int reduced(int side, int longer, int maxSide) {
        return longer <= maxSide ? side : (int) Math.max(1, Math.round((double) side * maxSide / longer));
    }

    /** Returns the pixels whose centers fall into a cell that is set. */
    static BitMask ofCells(BitMask cells, int width, int height) {
        BitMask mask = new BitMask(width, height);
        int[] bounds = new int[2 * cells.maxRuns()];
        int read = -1;
        int runs = 0;
        for (int y = 0; y < height; y++) {
            int cellY = (int) ((2L * y + 1) * cells.height() / (2L * height));
            if (cellY != read) {
                runs = cells.runs(cellY, bounds);
                read = cellY;
            }
            for (int run = 0; run < runs; run++) {
                mask.setRun(
                        firstOf(bounds[2 * run], cells.width(), width),
                        firstOf(bounds[2 * run + 1], cells.width(), width),
                        y);
            }
        }
        return mask.counted();
    }

    /** Returns the first pixel whose center is in a cell or after it. */
    private static int firstOf(int cell, int cells, int size) {
        // (2x + 1) * cells / (2 * size) >= cell, without rounding.
        long twice = 2L * size * cell;
        return (int) Math.max(0, -Math.floorDiv(cells - twice, 2L * cells));
    }
}
