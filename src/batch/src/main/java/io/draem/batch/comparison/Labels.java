package io.draem.batch.comparison;

import io.draem.batch.BatchException;
import io.draem.batch.archive.Columns;
import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Labels of a manifest.
 *
 * @param label column with the label of an image
 * @param normal its value of normal images; every other one is anomalous, and none at all no label
 */
public record Labels(String label, String normal) {

    /** Returns whether a label is one of an anomalous image; null without one. */
    Column isAnomalous(Column label) {
        return label.notEqual(normal);
    }

    /**
     * Returns a column of the manifest as text.
     *
     * @throws BatchException if the output has none of this name
     */
    static Column column(Dataset<Row> scores, String name, String output) throws BatchException {
        if (!Arrays.asList(scores.columns()).contains(name)) {
            throw new BatchException(
                    output + " has no column " + name + ": score it with a manifest that has it as --images;"
                            + " images that have not changed are not scored again");
        }
        return Columns.quoted(name).cast("string");
    }
}
