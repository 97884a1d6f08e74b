package io.draem.score;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Finds the connected regions of an anomaly map that are above the pixel threshold. */
public final class RegionFinder {

    /** A map of noise has millions of specks: only this many regions, those with the largest peaks, are returned. */
    public static final int MAX_REGIONS = 1_000;

    private final AnomalyMap map;
    private final double pixelThreshold;
    private final ConnectedComponents components;

    private RegionFinder(AnomalyMap map, double pixelThreshold) {
        this.map = map;
        this.pixelThreshold = pixelThreshold;
        float[] values = map.values();
        this.components = ConnectedComponents.find(map.width(), map.height(), index -> values[index] > pixelThreshold);
    }

    /**
     * Returns the regions of pixels strictly above the threshold, joined at sides and corners (8 neighbours), the
     * largest peak first; at most {@value #MAX_REGIONS}.
     *
     * @param map raw map at the size of the image, whose pixels the regions are told in
     * @param pixelThreshold raw threshold
     * @param minArea regions of fewer pixels are left out
     */
    public static List<Region> find(AnomalyMap map, double pixelThreshold, int minArea) {
        return new RegionFinder(map, pixelThreshold).regions(minArea);
    }

    private List<Region> regions(int minArea) {
        int[] slots = slotsByPeak(minArea);
        int regionCount = 0;
        for (int slot : slots) {
            regionCount = Math.max(regionCount, slot + 1);
        }
        Measurement[] measurements = new Measurement[regionCount];
        for (int run = 0; run < components.runs(); run++) {
            int slot = slots[components.component(run)];
            if (slot >= 0) {
                if (measurements[slot] == null) {
                    measurements[slot] = new Measurement(components.start(run), components.row(run));
                }
                measurements[slot].add(components.row(run), components.start(run), components.end(run));
            }
        }
        return Arrays.stream(measurements).map(Measurement::toRegion).toList();
    }

    /** Returns the place of each component among the regions to return, or -1. */
    private int[] slotsByPeak(int minArea) {
        int count = components.components();
        int[] areas = new int[count];
        float[] peaks = new float[count];
        Arrays.fill(peaks, Float.NEGATIVE_INFINITY);
        for (int run = 0; run < components.runs(); run++) {
            int component = components.component(run);
            int row = components.row(run) * map.width();
            areas[component] += components.end(run) - components.start(run);
            for (int x = components.start(run); x < components.end(run); x++) {
                peaks[component] = Math.max(peaks[component], map.values()[row + x]);
            }
        }
        // Sorted as numbers: peak descending in the high half, then order of appearance in the low half.
        long[] keys = IntStream.range(0, count)
                .filter(component -> areas[component] >= minArea)
                .mapToLong(component -> (long) ~sortable(peaks[component]) << 32 | component)
                .sorted()
                .limit(MAX_REGIONS)
                .toArray();
        int[] slots = new int[count];
        Arrays.fill(slots, -1);
        for (int slot = 0; slot < keys.length; slot++) {
            slots[(int) keys[slot]] = slot;
        }
        return slots;
    }

    /** Returns an int that orders as the float does. */
    private static int sortable(float value) {
        int bits = Float.floatToIntBits(value);
        return bits ^ (bits >> 31 & Integer.MAX_VALUE);
    }

    /** Adds up the pixels of one region. */
    private final class Measurement {

        private final int firstX;
        private final int firstY;
        private int left = Integer.MAX_VALUE;
        private int right;
        private int bottom;
        private int area;
        private double sumX;
        private double sumY;
        private double sum;
        private float peak = Float.NEGATIVE_INFINITY;

        Measurement(int firstX, int firstY) {
            this.firstX = firstX;
            this.firstY = firstY;
        }

        void add(int row, int start, int end) {
            int length = end - start;
            left = Math.min(left, start);
            right = Math.max(right, end);
            bottom = row + 1;
            area += length;
            sumX += 0.5 * length * ((double) start + end);
            sumY += length * (row + 0.5);
            for (int x = start; x < end; x++) {
                float value = map.at(x, row);
                sum += value;
                peak = Math.max(peak, value);
            }
        }

        Region toRegion() {
            return new Region(
                    left,
                    firstY,
                    right - left,
                    bottom - firstY,
                    area,
                    sumX / area,
                    sumY / area,
                    peak,
                    sum / area,
                    Outline.trace(map, pixelThreshold, firstX, firstY));
        }
    }
}
