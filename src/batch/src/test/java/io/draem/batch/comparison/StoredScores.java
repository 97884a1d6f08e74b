package io.draem.batch.comparison;

import io.draem.batch.TestSpark;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Outputs of {@code score} with the columns that comparisons read. */
public final class StoredScores {

    private static final StructType SCHEMA = new StructType()
            .add("path", DataTypes.StringType)
            .add("digest", DataTypes.StringType)
            .add("model", DataTypes.StringType)
            .add("modelVersion", DataTypes.StringType)
            .add("modelDigest", DataTypes.StringType)
            .add("score", DataTypes.DoubleType)
            .add("threshold", DataTypes.DoubleType)
            .add("label", DataTypes.StringType)
            .add("line", DataTypes.StringType);

    private StoredScores() {}

    /** Returns the row of an image at a threshold of 0.5; with an error if it has no score. */
    public static Row row(String path, Double score, String label, String line) {
        return RowFactory.create(path, "digest", "cookie", "1", "m1", score, 0.5, label, line);
    }

    /** Writes an output, and returns its name. */
    public static String write(Path output, Row... rows) {
        TestSpark.session()
                .createDataFrame(List.of(rows), SCHEMA)
                .coalesce(1)
                .write()
                .parquet(output.resolve("scores").toString());
        return output.toString();
    }
}
