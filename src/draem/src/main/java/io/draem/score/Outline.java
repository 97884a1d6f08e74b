package io.draem.score;

import io.draem.score.Region.Point;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/** Outlines of connected components, along the corners of the pixel grid. */
final class Outline {

    /** Outlines of more corners than this are simplified until they have no more. */
    static final int MAX_CORNERS = 1_000;

    /** How far, in pixels, a corner that is left out may lie from the simplified outline; doubled while that leaves too many. */
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
    static List<Point> trace(AnomalyMap map, double threshold, int x, int y) {
        List<Point> corners = new ArrayList<>();
        corners.add(new Point(x, y));
        int cornerX = x;
        int cornerY = y;
        int direction = 0;
        while (true) {
            cornerX += STEP_X[direction];
            cornerY += STEP_Y[direction];
            if (cornerX == x && cornerY == y) {
                break;
            }
            int turn = 1;
            if (isSet(map, threshold, cornerX + LEFT_X[direction], cornerY + LEFT_Y[direction])) {
                turn = 3; // to the left, so that pixels that touch at a corner stay together
            } else if (isSet(map, threshold, cornerX + RIGHT_X[direction], cornerY + RIGHT_Y[direction])) {
                turn = 0;
            }
            if (turn != 0) {
                corners.add(new Point(cornerX, cornerY));
                direction = (direction + turn) % 4;
            }
        }
        for (double tolerance = TOLERANCE; corners.size() > MAX_CORNERS; tolerance *= 2) {
            corners = simplified(corners, tolerance);
        }
        return corners;
    }

    private static boolean isSet(AnomalyMap map, double threshold, int x, int y) {
        return x >= 0 && y >= 0 && x < map.width() && y < map.height() && map.at(x, y) > threshold;
    }

    private static List<Point> simplified(List<Point> corners, double tolerance) {
        BitSet kept = new BitSet(corners.size());
        for (int from = 0; from < corners.size(); from += STRETCH) {
            keep(corners, from, Math.min(from + STRETCH, corners.size() - 1), tolerance, kept);
        }
        List<Point> simplified = new ArrayList<>(kept.cardinality());
        kept.stream().forEach(i -> simplified.add(corners.get(i)));
        return simplified;
    }

    private static void keep(List<Point> corners, int from, int to, double tolerance, BitSet kept) {
        kept.set(from);
        kept.set(to);
        Deque<int[]> stretches = new ArrayDeque<>();
        stretches.push(new int[] {from, to});
        while (!stretches.isEmpty()) {
            int[] stretch = stretches.pop();
            int farthest = -1;
            double distance = tolerance;
            for (int i = stretch[0] + 1; i < stretch[1]; i++) {
                double d = distance(corners.get(i), corners.get(stretch[0]), corners.get(stretch[1]));
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

    /** Returns the distance of {@code p} from the segment {@code a}–{@code b}. */
    private static double distance(Point p, Point a, Point b) {
        double dx = b.x() - a.x();
        double dy = b.y() - a.y();
        double length2 = dx * dx + dy * dy;
        double along = length2 == 0 ? 0 : ((p.x() - a.x()) * dx + (p.y() - a.y()) * dy) / length2;
        double t = Math.min(1, Math.max(0, along));
        return Math.hypot(p.x() - a.x() - t * dx, p.y() - a.y() - t * dy);
    }
}
