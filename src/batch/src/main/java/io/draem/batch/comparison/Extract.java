package io.draem.batch.comparison;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The first rows of a table, as many as a person reads.
 *
 * @param columns their names
 * @param all number of rows of the table
 */
public record Extract(List<String> columns, List<Row> rows, long all) {

    /** Rows of an extract at most. */
    public static final int MOST = 50;

    public Extract {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /** Reads the first rows. */
    public static Extract of(Dataset<Row> table) {
        List<Row> rows = table.takeAsList(MOST + 1);
        return rows.size() > MOST
                ? new Extract(List.of(table.columns()), rows.subList(0, MOST), table.count())
                : new Extract(List.of(table.columns()), rows, rows.size());
    }
}
