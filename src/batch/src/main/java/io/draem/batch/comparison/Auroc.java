package io.draem.batch.comparison;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/** The area under the ROC curve: the chance that an anomalous image has a higher score than a normal one, ties half. */
final class Auroc {

    private Auroc() {}

    /**
     * Returns columns {@code group} and {@code auroc}, which is null for a group without normal or anomalous images. The
     * scores of a group are sorted in one task, which spills to disk; they are not collected.
     */
    static Dataset<Row> of(Dataset<Row> images, String group, String score, String anomalous) {
        WindowSpec below = Window.partitionBy(group).orderBy(score).rowsBetween(Window.unboundedPreceding(), -1);
        Column pairs = col("anomalousHere")
                .multiply(coalesce(sum("normalHere").over(below), lit(0L))
                        .plus(col("normalHere").divide(2)));
        return images.groupBy(group, score)
                .agg(
                        count_if(col(anomalous)).as("anomalousHere"),
                        count_if(col(anomalous).unary_$bang()).as("normalHere"))
                .withColumn("pairs", pairs)
                .groupBy(group)
                .agg(
                        sum("pairs").as("pairs"),
                        sum("anomalousHere").as("a"),
                        sum("normalHere").as("n"))
                .select(
                        col(group),
                        Figures.ratio(col("pairs"), col("a").cast("double").multiply(col("n").cast("double")))
                                .as("auroc"));
    }
}
