package io.draem.batch.comparison;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** The models that have given the scores of an output, of which there are several after a change of model. */
final class Models {

    private Models() {}

    /**
     * Returns a sentence for each output that has the scores of several models.
     *
     * @param models rows of {@link #of}
     */
    static List<String> warnings(Dataset<Row> models) {
        return models
                .groupBy("output")
                .agg(countDistinct("modelDigest").as("models")) // a graph may have several names
                .where(col("models").gt(1))
                .orderBy("output")
                .collectAsList()
                .stream()
                .map(row -> "The " + row.getString(0) + " has scores of " + row.getLong(1)
                        + " models, which are evaluated together: score its archive with one model, to an output of its"
                        + " own")
                .toList();
    }

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
