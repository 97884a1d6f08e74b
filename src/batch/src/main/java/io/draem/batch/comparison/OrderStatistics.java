package io.draem.batch.comparison;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/** Exact quantiles: the values at given places of a sorted column, which Spark sorts in many tasks, and on disk. */
final class OrderStatistics {

    private OrderStatistics() {}

    /**
     * Returns the values at places from 0, the place of the smallest.
     *
     * @param values one column of doubles without null
     */
    static Map<Long, Double> at(Dataset<Row> values, Collection<Long> places) {
        Set<Long> wanted = Set.copyOf(places);
        Map<Long, Double> found = new HashMap<>();
        values.orderBy(values.columns()[0])
                .javaRDD()
                .map(row -> row.getDouble(0))
                .zipWithIndex()
                .filter(value -> wanted.contains(value._2()))
                .collect()
                .forEach((Tuple2<Double, Long> value) -> found.put(value._2(), value._1()));
        return found;
    }
}
