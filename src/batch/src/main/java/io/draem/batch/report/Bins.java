package io.draem.batch.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;

import io.draem.report.Axis;
import io.draem.report.Histogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Counts values in bins, of which alone the numbers reach the driver. */
final class Bins {

    private Bins() {}

    /**
     * Values that are counted together.
     *
     * @param style as {@link Histogram.Kind} has it
     * @param which of the rows
     */
    record Kind(String style, String name, Column which) {}

    /**
     * Counts the values of a column, over the range of all of them and of the marks.
     *
     * @return null without values
     */
    static @Nullable Histogram of(Dataset<Row> images, String value, List<Kind> kinds, List<Double> marks) {
        Row range = images.agg(min(value), max(value)).first();
        if (range.isNullAt(0)) {
            return null;
        }
        double min = range.getDouble(0);
        double max = range.getDouble(1);
        for (double mark : marks) {
            min = Math.min(min, mark);
            max = Math.max(max, mark);
        }
        Axis axis = Histogram.axis(min, max);
        Column bin = least(
                floor(col(value)
                                .minus(axis.min())
                                .divide(axis.max() - axis.min())
                                .multiply(Histogram.BINS))
                        .cast("int"),
                lit(Histogram.BINS - 1));
        Column[] sums = kinds.stream().map(kind -> count_if(kind.which())).toArray(Column[]::new);
        List<Row> rows = images.groupBy(bin)
                .agg(sums[0], Arrays.copyOfRange(sums, 1, sums.length))
                .collectAsList();
        List<Histogram.Kind> counted = new ArrayList<>();
        for (Kind kind : kinds) {
            long[] counts = new long[Histogram.BINS];
            for (Row row : rows) {
                counts[row.getInt(0)] = row.getLong(1 + counted.size());
            }
            counted.add(new Histogram.Kind(kind.style(), kind.name(), counts));
        }
        return new Histogram(axis.min(), axis.max(), counted);
    }
}
