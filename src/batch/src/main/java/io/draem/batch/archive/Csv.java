package io.draem.batch.archive;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.regexp_count;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.draem.batch.BatchException;
import io.draem.text.SafeText;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * CSV with a header by RFC 4180: cells with commas, quotes or line breaks are quoted, and quotes in them doubled. Spark's own
 * default is a backslash before them.
 */
public final class Csv {

    private static final Map<String, String> FORMAT =
            Map.of("header", "true", "quote", "\"", "escape", "\"", "multiLine", "true");

    /** Of two quotes that are not closed, the second one would otherwise be part of a cell with the rows between them. */
    private static final String UNESCAPED = "unescapedQuoteHandling";

    private Csv() {}

    /**
     * Reads a file, or a folder or pattern of them, with all cells as text: a label 007 stays what it is. A line break
     * in a cell is read as a line feed. Reading a row fails that has more or fewer cells than the header, or a quote that is
     * neither doubled nor the end of its cell.
     *
     * @param name of the option, for messages
     * @throws BatchException if a quote is not closed, which would make the rest of the file one cell
     */
    public static Dataset<Row> read(SparkSession spark, String name, String files) throws BatchException {
        List<Row> open = spark.read()
                .text(files)
                .select(
                        input_file_name().as("file"),
                        regexp_count(col("value"), lit("\"")).as("quotes"))
                .groupBy("file")
                .agg(sum("quotes").as("quotes"))
                .where(col("quotes").mod(2).equalTo(1))
                .limit(1)
                .collectAsList();
        if (!open.isEmpty()) {
            throw new BatchException(name + " " + SafeText.escaped(open.get(0).getString(0))
                    + " is no CSV file by RFC 4180: it has an odd number of quotes. Close the one that is open, and double"
                    + " quotes within a quoted cell");
        }
        DataFrameReader reader =
                spark.read().options(FORMAT).option("mode", "FAILFAST").option(UNESCAPED, "RAISE_ERROR");
        requireNames(reader.option("header", "false").csv(files), name);
        return withoutReturns(reader.option("header", "true").csv(files));
    }

    /** Spark gives columns of one name numbers, and only logs it. */
    private static void requireNames(Dataset<Row> cells, String name) throws BatchException {
        List<Row> header = cells.limit(1).collectAsList();
        Set<String> names = new HashSet<>();
        for (int i = 0; !header.isEmpty() && i < header.get(0).size(); i++) {
            String column =
                    header.get(0).isNullAt(i) ? "" : header.get(0).getString(i).strip();
            if (!column.isEmpty() && !names.add(column.toLowerCase(Locale.ROOT))) {
                throw new BatchException(name + " has two columns " + SafeText.of(column)
                        + ", which differ in case at most: rename one");
            }
        }
    }

    /**
     * Spark takes the line ends of the whole file to be as the first one. Where it is a line feed alone, a carriage return
     * before another one would be the end of the last cell.
     */
    private static Dataset<Row> withoutReturns(Dataset<Row> rows) {
        String[] columns = rows.columns();
        if (columns.length == 0) {
            return rows;
        }
        String last = columns[columns.length - 1];
        Column cell = regexp_replace(Columns.quoted(last), lit("\\r$"), lit(""));
        return rows.withColumn(last, when(cell.notEqual(""), cell)).withColumnRenamed(last, last.strip());
    }

    /** Writes a table as a folder with one file, in place of an earlier one. */
    public static void write(Dataset<Row> table, String folder) {
        table.coalesce(1)
                .write()
                .mode(SaveMode.Overwrite)
                .options(FORMAT)
                .option("ignoreLeadingWhiteSpace", false)
                .option("ignoreTrailingWhiteSpace", false)
                .csv(folder);
    }
}
