package io.draem.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * How many values are in each of equally wide bins, for one or two kinds of values.
 *
 * @param min start of the first bin
 * @param max end of the last one; above {@code min}, see {@link #axis}
 * @param kinds with as many counts each
 */
public record Histogram(double min, double max, List<Kind> kinds) {

    /** Bins that a chart has space for. */
    public static final int BINS = 25;

    /**
     * Values that are drawn alike.
     *
     * @param style {@code normal} or {@code anomalous}, or {@code first} or {@code second}
     * @param counts number of values per bin
     */
    public record Kind(String style, String name, long[] counts) {}

    /**
     * A value that a line marks.
     *
     * @param label short: it is drawn in the chart
     */
    public record Mark(double value, String label) {}

    /** Returns the axis of values in this range, which is wider where all are the same. */
    public static Axis axis(double min, double max) {
        return Axis.linear(min, max, Chart.LEFT + 4, Chart.RIGHT);
    }

    /** Returns the bin of a value within the range. */
    public int bin(double value) {
        int bins = kinds.get(0).counts().length;
        return (int) Math.min(bins - 1, (value - min) / (max - min) * bins);
    }

    /**
     * Returns the chart, with the counts as a table.
     *
     * @param id as {@link Chart} takes it
     * @param values what the values are, for the axis
     */
    public String chart(String id, String title, String values, List<Mark> marks) {
        Axis x = axis(min, max);
        int bins = kinds.get(0).counts().length;
        long most = Math.max(
                1,
                kinds.stream()
                        .flatMapToLong(kind -> Arrays.stream(kind.counts()))
                        .max()
                        .orElse(1));
        Axis y = Axis.linear(0, most, Chart.BOTTOM, Chart.TOP + 10);
        Chart chart = new Chart(id, title, values, "images", x, y);
        double width = (x.to() - x.from()) / bins;
        double step = (max - min) / bins;
        List<List<String>> rows = new ArrayList<>();
        for (int bin = 0; bin < bins; bin++) {
            List<String> row = new ArrayList<>(
                    List.of(Html.number(min + bin * step) + " to " + Html.number(min + (bin + 1) * step)));
            long all = 0;
            for (int kind = 0; kind < kinds.size(); kind++) {
                long count = kinds.get(kind).counts()[bin];
                double left = x.from() + (bin + (double) kind / kinds.size()) * width;
                boolean first = kind == 0;
                chart.bar(
                        kinds.get(kind).style(),
                        left + (first ? 0.5 : 0),
                        y.at(count),
                        width / kinds.size() - (kinds.size() == 1 ? 1 : 0.5),
                        Chart.BOTTOM);
                row.add(Long.toString(count));
                all += count;
            }
            if (all > 0) {
                rows.add(row);
            }
        }
        kinds.forEach(kind -> chart.barLegend(kind.style(), kind.name()));
        marks.forEach(mark -> chart.mark(x, mark.value(), mark.label()));
        List<String> header =
                Stream.concat(Stream.of(values), kinds.stream().map(Kind::name)).toList();
        return chart.end(Html.folded("As a table", Html.table(title, header, rows)));
    }
}
