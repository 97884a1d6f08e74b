package io.draem.frame;

import io.draem.score.AnomalyMap;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where the score of an image comes from. */
public enum FrameScore {
    /** The graph's own score, which exists only for an image that is one input and counts as a whole. */
    GRAPH(1),
    /** The largest value of the map. */
    MAXIMUM(1),
    /** The largest mean of a square of 5x5 pixels of the map. */
    SMOOTHED(5),
    /** The largest mean of a square of 21x21 pixels of the map. */
    AVERAGED(21);

    private final int window;

    FrameScore(int window) {
        this.window = window;
    }

    /** Returns the sides of the averaged square in pixels of the map; 1 where nothing is averaged. */
    public int window() {
        return window;
    }

    /** Returns the name that other programs see. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the score from the map with that {@link #id()}.
     *
     * @throws IllegalArgumentException if there is none; the message lists them
     */
    public static FrameScore ofMapScore(String id) {
        return Arrays.stream(values())
                .filter(score -> score != GRAPH && score.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Unknown image score '" + id + "', known: "
                        + Arrays.stream(values())
                                .filter(score -> score != GRAPH)
                                .map(FrameScore::id)
                                .collect(Collectors.joining(", "))));
    }

    /**
     * Returns the largest mean of a square of {@link #window} by {@link #window} pixels that is centered on a pixel of
     * the map; outside the map the values are 0, and count.
     *
     * @throws IllegalStateException for {@link #GRAPH}, which does not come from a map
     */
    public float of(AnomalyMap map) {
        if (this == GRAPH) {
            throw new IllegalStateException("The graph's own score does not come from a map");
        }
        return window == 1 ? map.max() : largestMean(map);
    }

    private float largestMean(AnomalyMap map) {
        int width = map.width();
        int half = window / 2;
        // Sums of the rows of the window, with half a window of zeros at both ends. Values are 0 to 1. If all are 0 or
        // at least 2^-21, no addition or subtraction is rounded: the last bit of a float is then 2^-44 or more, and a
        // sum of 21x21 is under 2^9, which is 53 bits. Smaller values add at most 2^-45 per step, far less than a
        // float shows.
        double[] columns = new double[width + 2 * half];
        double largest = Double.NEGATIVE_INFINITY;
        for (int y = -half; y < map.height(); y++) {
            if (y + half < map.height()) {
                addRow(map, y + half, 1, columns, half);
            }
            if (y - half - 1 >= 0) {
                addRow(map, y - half - 1, -1, columns, half);
            }
            if (y >= 0) {
                largest = Math.max(largest, largestSum(columns, width));
            }
        }
        return (float) (largest / (window * window));
    }

    private static void addRow(AnomalyMap map, int y, int sign, double[] columns, int offset) {
        float[] values = map.values();
        int start = y * map.width();
        for (int x = 0; x < map.width(); x++) {
            columns[offset + x] += sign * values[start + x];
        }
    }

    private double largestSum(double[] columns, int width) {
        double sum = 0;
        for (int x = 0; x < window - 1; x++) {
            sum += columns[x];
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (int x = 0; x < width; x++) {
            sum += columns[x + window - 1];
            largest = Math.max(largest, sum);
            sum -= columns[x];
        }
        return largest;
    }
}
