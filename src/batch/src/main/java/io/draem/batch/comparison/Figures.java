package io.draem.batch.comparison;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.draem.score.Proportion;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Figures of counts: {@code normal} and {@code anomalous} images by label, of which {@code falseAlarms} and {@code found} are
 * above a threshold. Those that a group has no images for are null.
 */
final class Figures {

    private Figures() {}

    /** Returns the columns of the counts, and those of the figures. */
    static Stream<Column> all() {
        Column found = col("found").cast("double");
        Column falseAlarms = col("falseAlarms").cast("double");
        return Stream.of(
                col("normal"),
                col("anomalous"),
                col("found"),
                ratio(found, col("anomalous")).as("recall"),
                col("falseAlarms"),
                ratio(falseAlarms, col("normal")).as("falseAlarmRate"),
                bound(Figures::smallest).as("falseAlarmMin"),
                bound(Figures::largest).as("falseAlarmMax"),
                ratio(found, found.plus(falseAlarms)).as("precision"),
                when(
                                col("anomalous").gt(0),
                                ratio(found.multiply(2), found.plus(falseAlarms).plus(col("anomalous"))))
                        .as("f1"));
    }

    /** Null where there is nothing to divide by. */
    static Column ratio(Column part, Column all) {
        return when(all.gt(0), part.divide(all));
    }

    private static Column bound(UDF2<Long, Long, @Nullable Double> of) {
        return udf(of, DataTypes.DoubleType).apply(col("falseAlarms"), col("normal"));
    }

    private static @Nullable Double smallest(Long above, Long images) {
        return images == 0 ? null : rate(above, images).min();
    }

    private static @Nullable Double largest(Long above, Long images) {
        return images == 0 ? null : rate(above, images).max();
    }

    private static Proportion rate(long above, long images) {
        return new Proportion(Math.toIntExact(above), Math.toIntExact(images));
    }
}
