package io.draem.score;

import io.draem.score.Region.Point;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/** Outlines of connected components, along the corners of the pixel grid. */
final class Outline {

    /** Outlines of more corners than this are simplified until they have no more. */
    static final int MAX_CORNERS = 1_000;

    /**
     * Largest distance in pixels of an omitted corner from the simplified outline; doubled while too many corners
     * remain.
     */
    private static final double TOLERANCE = 1.5;

    /** Corners are simplified in stretches of this length, which bounds the time for outlines of millions. */
    private static final int STRETCH = 256;

    // East, south, west, north: a step along the grid, and the pixels ahead of it to the left and to the right.
    private static final int[] STEP_X = {1, 0, -1, 0};
    private static final int[] STEP_Y = {0, 1, 0, -1};
    private static final int[] LEFT_X = {0, 0, -1, -1};
    private static final int[] LEFT_Y = {-1, 0, 0, -1};
    private static final int[] RIGHT_X = {0, -1, -1, 0};
    private static final int[] RIGHT_Y = {0, 0, -1, -1};

    private Outline() {}

    /**
     * Returns the outer outline of the 8-connected component whose topmost, then leftmost, pixel is given: clockwise,
     * corners alone, holes not outlined. An outline of more than {@value #MAX_CORNERS} corners is simplified
     * (Douglas-Peucker) to within 1.5 pixels, and again to within twice as many until it has no more.
     */
    static List<Point> trace(ScaledMap map, double threshold, int x, int y) {
        Corners corners = new Corners();
        corners.add(x, y);
        int cornerX = x;
        int cornerY = y;
        int direction = 0;
        while (true) {
            cornerX += STEP_X[direction];
            cornerY += STEP_Y[direction];
            if (cornerX == x && cornerY == y) {
                break;
            }
            int rotation = 1;
            if (map.exceeds(cornerX + LEFT_X[direction], cornerY + LEFT_Y[direction], threshold)) {
                rotation = 3; // to the left, so that pixels that touch at a corner stay together
            } else if (map.exceeds(cornerX + RIGHT_X[direction], cornerY + RIGHT_Y[direction], threshold)) {
                rotation = 0;
            }
            if (rotation != 0) {
                corners.add(cornerX, cornerY);
                direction = (direction + rotation) % 4;
            }
        }
        for (double tolerance = TOLERANCE; corners.count > MAX_CORNERS; tolerance *= 2) {
            corners = simplified(corners, tolerance);
        }
        return corners.toPoints();
    }

    private static Corners simplified(Corners corners, double tolerance) {
        BitSet kept = new BitSet(corners.count);
        for (int from = 0; from < corners.count; from += STRETCH) {
            keep(corners, from, Math.min(from + STRETCH, corners.count - 1), tolerance, kept);
        }
        Corners simplified = new Corners();
        kept.stream().forEach(i -> simplified.add(corners.x[i], corners.y[i]));
        return simplified;
    }

    private static void keep(Corners corners, int from, int to, double tolerance, BitSet kept) {
        kept.set(from);
        kept.set(to);
        Deque<int[]> stretches = new ArrayDeque<>();
        stretches.push(new int[] {from, to});
        while (!stretches.isEmpty()) {
            int[] stretch = stretches.pop();
            int farthest = -1;
            double distance = tolerance;
            for (int i = stretch[0] + 1; i < stretch[1]; i++) {
                double d = corners.distance(i, stretch[0], stretch[1], distance);
                if (d > distance) {
                    distance = d;
                    farthest = i;
                }
            }
            if (farthest >= 0) {
                kept.set(farthest);
                stretches.push(new int[] {stretch[0], farthest});
                stretches.push(new int[] {farthest, stretch[1]});
            }
        }
    }

    /**
     * Corners of an outline in their order, eight bytes each: outlines of noise have millions before they are
     * simplified.
     */
    private static final class Corners {

        private int[] x = new int[16];
        private int[] y = new int[16];
        private int count;

        void add(int cornerX, int cornerY) {
            if (count == x.length) {
                x = Arrays.copyOf(x, 2 * count);
                y = Arrays.copyOf(y, 2 * count);
            }
            x[count] = cornerX;
            y[count] = cornerY;
            count++;
        }

        /**
         * Returns the distance of corner {@code i} from the segment between two others, or 0 where it is below another
         * one.
         */
        double distance(int i, int from, int to, double other) {
            double dx = x[to] - x[from];
            double dy = y[to] - y[from];
            double length2 = dx * dx + dy * dy;
            double along = length2 == 0 ? 0 : ((x[i] - x[from]) * dx + (y[i] - y[from]) * dy) / length2;
            double t = Math.min(1, Math.max(0, along));
            double offX = x[i] - x[from] - t * dx;
            double offY = y[i] - y[from] - t * dy;
            // The exact hypotenuse takes most of the time of outlines with millions of corners.
            return offX * offX + offY * offY < 0.999 * other * other ? 0 : Math.hypot(offX, offY);
        }

        List<Point> toPoints() {
            return IntStream.range(0, count)
                    .mapToObj(i -> new Point(x[i], y[i]))
                    .toList();
        }
    }
}
