package io.draem.batch.comparison;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** The models that have given the scores of an output, of which there are several after a change of model. */
final class Models {

    private Models() {}

    /**
     * Returns a row per model with its threshold, the one that is used, and the number of images.
     *
     * @param threshold used in place of that of the model; null for that
     */
    static Dataset<Row> of(Dataset<Row> scores, String output, @Nullable Double threshold) {
        return scores.where(col("score").isNotNull())
                .groupBy("model", "modelVersion", "modelDigest", "threshold")
                .agg(count(lit(1)).as("images"))
                .select(
                        lit(output).as("output"),
                        col("model"),
                        col("modelVersion"),
                        col("modelDigest"),
                        col("threshold").as("modelThreshold"),
                        (threshold == null ? col("threshold") : lit(threshold)).as("threshold"),
                        lit(threshold == null ? "model" : "option").as("thresholdFrom"),
                        col("images"));
    }
}
