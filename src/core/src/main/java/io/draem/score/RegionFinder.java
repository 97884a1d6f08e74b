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
 * <p>The map is read once, row by row. A row is a list of runs (stretches of pixels above the threshold), and only the runs
 * of two rows and the regions that may still grow are in memory: neither the map at the image's size nor its mask.
 */
public final class RegionFinder {

    /** Largest peak first; of equal ones the region whose first pixel, in reading order, comes first. */
    private static final Comparator<Component> ORDER = Comparator.<Component>comparingDouble(c -> -c.peak)
            .thenComparingInt(c -> c.firstY)
            .thenComparingInt(c -> c.firstX);

    private final ScaledMap map;
    private final RegionOptions options;
    private final double threshold;

    private RowRuns above;
    private RowRuns current;
    private final PriorityQueue<Component> largest = new PriorityQueue<>(ORDER.reversed());
    private @Nullable Component first;
    private int count;

    private RegionFinder(ScaledMap map, RegionOptions options, double threshold) {
        this.map = map;
        this.options = options;
        this.threshold = threshold;
        this.above = new RowRuns(map.width());
        this.current = new RowRuns(map.width());
    }

    /**
     * Returns the regions of pixels strictly above the threshold, joined at sides and corners (8 neighbours), the largest
     * peak first.
     *
     * <p>An anomalous image always has a region. The one with the largest peak is returned even if it is smaller than the
     * smallest area. Where no pixel is above the threshold, the threshold becomes the middle between the smallest and the
     * largest value of the map (the peak's full width at half maximum), and {@link Regions#lowered} is true.
     *
     * @param map raw map at the size of the image, whose pixels positions and areas count
     */
    public static Regions find(ScaledMap map, RegionOptions options) {
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
        ScaledMap.Rows rows = map.rows();
        float min = Float.POSITIVE_INFINITY;
        float max = Float.NEGATIVE_INFINITY;
        for (int y = 0; y < map.height(); y++) {
            for (float value : rows.read(y)) {
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
        }
        return min < max ? ((double) min + max) / 2 : Math.nextDown(max);
    }

    private void scan() {
        ScaledMap.Rows rows = map.rows();
        ScaledMap.Bounds bounds = map.new Bounds(threshold);
        // Floats are above a double exactly if they are above the largest float that is not above it.
        float rounded = (float) threshold;
        float level = rounded > threshold ? Math.nextDown(rounded) : rounded;
        for (int y = 0; y < map.height(); y++) {
            current.clear();
            if (bounds.mayExceed(y)) {
                current.find(rows.read(y), level);
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
            Component component = null;
            // One run may touch several above; the last of them may also touch the next run.
            for (int touching = upper; touching < above.count && above.starts[touching] <= end; touching++) {
                Component other = above.component(touching);
                component = component == null ? other : component.join(other);
            }
            if (component == null) {
                component = new Component(start, y);
            }
            component.add(y, start, end, current.sums[run], current.peaks[run]);
            current.components[run] = component;
        }
    }

    /** Takes the components that end above row {@code y}. */
    private void finishAbove(int y) {
        for (int run = 0; run < above.count; run++) {
            Component component = above.component(run);
            if (component.bottom < y + 1 && !component.finished) {
                component.finished = true;
                finish(component);
            }
        }
    }

    private void finish(Component component) {
        if (first == null || ORDER.compare(component, first) < 0) {
            first = component;
        }
        if (component.area >= options.minArea()) {
            keep(component);
        }
    }

    private void keep(Component component) {
        count++;
        if (largest.size() < options.most()) {
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
        List<Component> sorted = new ArrayList<>(largest);
        sorted.sort(ORDER);
        return new Regions(
                threshold,
                threshold < options.pixelThreshold(),
                count,
                sorted.stream().map(this::region).toList());
    }

    private Region region(Component component) {
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

    /** The runs of one row, from left to right. */
    private static final class RowRuns {

        private final int[] starts;
        private final int[] ends; // exclusive
        private final double[] sums;
        private final float[] peaks;
        private final Component[] components;
        private int count;

        RowRuns(int width) {
            int most = (width + 1) / 2;
            starts = new int[most];
            ends = new int[most];
            sums = new double[most];
            peaks = new float[most];
            components = new Component[most];
        }

        void clear() {
            count = 0;
        }

        void find(float[] row, float level) {
            int x = 0;
            while (x < row.length) {
                if (!(row[x] > level)) {
                    x++;
                    continue;
                }
                int start = x;
                double sum = 0;
                float peak = Float.NEGATIVE_INFINITY;
                while (x < row.length && row[x] > level) {
                    sum += row[x];
                    peak = Math.max(peak, row[x]);
                    x++;
                }
                starts[count] = start;
                ends[count] = x;
                sums[count] = sum;
                peaks[count] = peak;
                count++;
            }
        }

        Component component(int run) {
            return components[run].root();
        }
    }

    /** A region as far as it is known; a component that was joined to another one is forwarded to it. */
    private static final class Component {

        private Component parent = this;
        private int firstX;
        private int firstY;
        private int left;
        private int right;
        private int bottom;
        private int area;
        private double sumX;
        private double sumY;
        private double sum;
        private float peak = Float.NEGATIVE_INFINITY;
        private boolean finished;

        Component(int firstX, int firstY) {
            this.firstX = firstX;
            this.firstY = firstY;
            this.left = firstX;
        }

        void add(int row, int start, int end, double runSum, float runPeak) {
            int length = end - start;
            left = Math.min(left, start);
            right = Math.max(right, end);
            bottom = row + 1;
            area += length;
            sumX += 0.5 * length * ((double) start + end);
            sumY += length * (row + 0.5);
            sum += runSum;
            peak = Math.max(peak, runPeak);
        }

        /** Returns this component with all that the other one has. */
        Component join(Component other) {
            if (other == this) {
                return this;
            }
            other.parent = this;
            if (other.firstY < firstY || other.firstY == firstY && other.firstX < firstX) {
                firstX = other.firstX;
                firstY = other.firstY;
            }
            left = Math.min(left, other.left);
            right = Math.max(right, other.right);
            bottom = Math.max(bottom, other.bottom);
            area += other.area;
            sumX += other.sumX;
            sumY += other.sumY;
            sum += other.sum;
            peak = Math.max(peak, other.peak);
            return this;
        }

        Component root() {
            Component root = this;
            while (root.parent != root) {
                root.parent = root.parent.parent; // path halving
                root = root.parent;
            }
            return root;
        }
    }
}
