package io.draem.batch.comparison;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Thresholds to evaluate, each once and in order: at most 5 of models, 10 quantiles and 21 equal steps. */
final class Thresholds {

    static final String MODEL = "model";
    static final String QUANTILE = "quantile";
    static final String STEP = "step";

    /** Shares of images above a quantile, in thousandths. */
    private static final long[] SHARES = {500, 250, 100, 50, 20, 10, 5, 2, 1, 0};

    private static final int STEPS = 20;

    private final TreeMap<Double, String> origins = new TreeMap<>();
    private final TreeMap<Long, Double> quantiles = new TreeMap<>();

    /** Adds thresholds of models. */
    void addModels(List<Double> thresholds) {
        thresholds.forEach(threshold -> origins.put(threshold, MODEL));
    }

    /**
     * Adds the smallest scores that at most a share of the images is above, for shares from 50 % to none.
     *
     * @param scores a column, which is not empty
     * @param count number of its rows
     */
    void addQuantiles(Dataset<Row> scores, long count) {
        Map<Long, Double> found = OrderStatistics.at(
                scores,
                LongStream.of(SHARES)
                        .map(share -> place(share, count))
                        .boxed()
                        .distinct()
                        .toList());
        for (long share : SHARES) {
            double quantile = Objects.requireNonNull(found.get(place(share, count)));
            quantiles.put(share, quantile);
            origins.putIfAbsent(quantile, QUANTILE);
        }
    }

    private static long place(long share, long count) {
        return Math.max(0, count - 1 - share * count / 1000);
    }

    /** Adds equal steps from the smallest score to the largest. */
    void addSteps(double min, double max) {
        for (int step = 0; step <= STEPS; step++) {
            origins.putIfAbsent(step == STEPS ? max : min + (max - min) * step / STEPS, STEP);
        }
    }

    /** Returns the quantile that at most a share of the images, in thousandths, is above. */
    double quantile(long share) {
        return Objects.requireNonNull(quantiles.get(share));
    }

    /** Returns how many of the thresholds a score is above, which are the first ones. */
    Column below(Column score) {
        Column[] all = origins.keySet().stream().map(value -> lit(value)).toArray(Column[]::new);
        return size(filter(array(all), threshold -> threshold.lt(score)));
    }

    /** Returns a row per threshold with its place, from 0, and its origin. */
    Dataset<Row> table(SparkSession spark) {
        List<Row> rows = new ArrayList<>();
        origins.forEach((value, origin) -> rows.add(RowFactory.create(rows.size(), value, origin)));
        return spark.createDataFrame(
                rows,
                new StructType()
                        .add("place", DataTypes.IntegerType)
                        .add("threshold", DataTypes.DoubleType)
                        .add("origin", DataTypes.StringType));
    }

    /** Returns whether a score is above the threshold of a row of {@link #table}. */
    static Column isAbove(Column below) {
        return below.gt(col("place"));
    }
}
