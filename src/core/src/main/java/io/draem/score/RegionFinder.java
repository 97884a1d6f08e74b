package io.draem.score;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Finds the connected regions of an anomaly map that are above the pixel threshold.
 *
 * <p>The map is read once, row by row. A row is a list of runs (stretches of pixels above the threshold), and only the
 * runs of two rows and the regions that may still grow are in memory: neither the map at the image's size nor its mask.
 */
public final class RegionFinder {

    /** Largest peak first; of equal ones the region whose first pixel, in reading order, comes first. */
    private static final Comparator<RegionComponent> ORDER = Comparator.<RegionComponent>comparingDouble(c -> -c.peak)
            .thenComparingInt(c -> c.firstY)
            .thenComparingInt(c -> c.firstX);

    private final ScaledMap map;
    private final RegionOptions options;
    private final double threshold;

    private RowRuns above;
    private RowRuns current;
    private final PriorityQueue<RegionComponent> largest = new PriorityQueue<>(ORDER.reversed());
    private @Nullable RegionComponent first;
    private int count;

    private RegionFinder(ScaledMap map, RegionOptions options, double threshold) {
        this.map = map;
        this.options = options;
        this.threshold = threshold;
        this.above = new RowRuns(map.width());
        this.current = new RowRuns(map.width());
    }

    /**
     * Returns the regions of pixels strictly above the threshold, joined at sides and corners (8 neighbors), the
     * largest peak first.
     *
     * <p>An anomalous image always has a region. The one with the largest peak is returned even if it is smaller than
     * the smallest area. Where no pixel is above the threshold, the threshold becomes the middle between the smallest
     * and the largest value of the map (the peak's full width at half maximum), and {@link Regions#lowered} is true.
     * Pixels outside the map's region of interest are in no region and in no threshold.
     *
     * @param map raw map at the size of the image, in whose pixels positions and areas are given
     */
    public static Regions find(ScaledMap map, RegionOptions options) {
        RowMask counted = map.region();
        if (counted != null && counted.count() == 0) {
            return new Regions(options.pixelThreshold(), false, 0, List.of());
        }
        // No finder is kept while another one works: each takes memory for two rows.
        Regions regions = new RegionFinder(map, options, options.pixelThreshold()).search();
        return regions != null
                ? regions
                : Objects.requireNonNull(new RegionFinder(map, options, halfMaximum(map)).search());
    }

    /** Returns null if an anomalous image has none. */
    private @Nullable Regions search() {
        scan();
        return first != null || !options.anomalous() ? regions() : null;
    }

    private static double halfMaximum(ScaledMap map) {
        ScaledMap.Range range = map.range();
        return range.min() < range.max() ? ((double) range.min() + range.max()) / 2 : Math.nextDown(range.max());
    }

    private void scan() {
        ScaledMap.Rows rows = map.rows();
        RowBounds bounds = new RowBounds(map, threshold);
        // Floats are above a double exactly if they are above the largest float that is not above it.
        float rounded = (float) threshold;
        float level = rounded > threshold ? Math.nextDown(rounded) : rounded;
        for (int y = 0; y < map.height(); y++) {
            current.clear();
            if (bounds.mayExceed(y)) {
                float[] row = rows.read(y);
                int runs = rows.find(y);
                for (int run = 0; run < runs; run++) {
                    current.find(row, rows.start(run), rows.end(run), level);
                }
                join(y);
            }
            finishAbove(y);
            RowRuns free = above;
            above = current;
            current = free;
        }
        finishAbove(map.height());
    }

    /** Adds the runs of the row to the components that they touch, or to new ones. */
    private void join(int y) {
        int upper = 0;
        for (int run = 0; run < current.count; run++) {
            int start = current.starts[run];
            int end = current.ends[run];
            while (upper < above.count && above.ends[upper] < start) {
                upper++;
            }
            RegionComponent component = null;
            // One run may touch several above; the last of them may also touch the next run.
            for (int touching = upper; touching < above.count && above.starts[touching] <= end; touching++) {
                RegionComponent other = above.component(touching);
                component = component == null ? other : component.join(other);
            }
            if (component == null) {
                component = new RegionComponent(start, y);
            }
            component.add(y, start, end, current.sums[run], current.peaks[run]);
            current.components[run] = component;
        }
    }

    /** Takes the components that end above row {@code y}. */
    private void finishAbove(int y) {
        for (int run = 0; run < above.count; run++) {
            RegionComponent component = above.component(run);
            if (component.bottom < y + 1 && !component.finished) {
                component.finished = true;
                finish(component);
            }
        }
    }

    private void finish(RegionComponent component) {
        if (first == null || ORDER.compare(component, first) < 0) {
            first = component;
        }
        if (component.area >= options.minArea()) {
            keep(component);
        }
    }

    private void keep(RegionComponent component) {
        count++;
        if (largest.size() < options.maxCount()) {
            largest.add(component);
        } else if (ORDER.compare(component, largest.element()) < 0) {
            largest.remove();
            largest.add(component);
        }
    }

    private Regions regions() {
        if (options.anomalous() && first != null && first.area < options.minArea()) {
            keep(first);
        }
        List<RegionComponent> sorted = new ArrayList<>(largest);
        sorted.sort(ORDER);
        return new Regions(
                threshold,
                threshold < options.pixelThreshold(),
                count,
                sorted.stream().map(this::region).toList());
    }

    private Region region(RegionComponent component) {
        return new Region(
                component.left,
                component.firstY,
                component.right - component.left,
                component.bottom - component.firstY,
                component.area,
                component.sumX / component.area,
                component.sumY / component.area,
                component.peak,
                component.sum / component.area,
                options.outlines() ? Outline.trace(map, threshold, component.firstX, component.firstY) : List.of());
    }
}
