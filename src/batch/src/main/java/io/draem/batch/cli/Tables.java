package io.draem.batch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.draem.batch.BatchException;
import io.draem.batch.archive.Csv;
import io.draem.batch.comparison.Extract;
import io.draem.batch.scoring.OutputFolder;
import io.draem.batch.scoring.WholeFile;
import io.draem.text.SafeText;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Prints the first rows of tables, and writes all of them as CSV to folders of an output.
 *
 * @param output the folder; null to print only
 */
record Tables(
        Configuration hadoop, PrintWriter out, @Nullable String output) {

    /** Rows that are printed. */
    static final int PRINTED = 20;

    private static final String REPORT = "report.html";

    /**
     * Claims the output.
     *
     * @param marker as {@link OutputFolder#claim} takes it
     */
    static Tables of(SparkSession spark, PrintWriter out, @Nullable String output, String marker)
            throws BatchException, IOException {
        Configuration hadoop = spark.sessionState().newHadoopConf();
        if (output != null) {
            OutputFolder.claim(hadoop, output, marker);
        }
        return new Tables(hadoop, out, output);
    }

    /** Prints and writes a table. */
    Extract table(String title, Dataset<Row> table, String name) throws IOException {
        Extract extract = Extract.of(table);
        print(title, extract, PRINTED, Set.of());
        write(table, name);
        return extract;
    }

    /** Writes a table, and deletes a report, which would be of the table before. */
    void write(Dataset<Row> table, String name) throws IOException {
        if (output != null) {
            delete(REPORT);
            Csv.write(table, output + "/" + name);
        }
    }

    /** Deletes what this run does not have. */
    void delete(String name) throws IOException {
        if (output != null) {
            Path old = new Path(output, name);
            old.getFileSystem(hadoop).delete(old, true);
        }
    }

    /**
     * Prints the first rows, and how many more there are.
     *
     * @param hidden columns that are only written
     */
    void print(String title, Extract table, int most, Set<String> hidden) {
        List<Integer> shown = IntStream.range(0, table.columns().size())
                .filter(i -> !hidden.contains(table.columns().get(i)))
                .boxed()
                .toList();
        out.println();
        out.println(title);
        out.println(shown.stream().map(table.columns()::get).collect(Collectors.joining("\t")));
        int printed = Math.min(most, table.rows().size());
        for (Row row : table.rows().subList(0, printed)) {
            out.println(shown.stream()
                    .map(i -> text(table.columns().get(i), row.get(i)))
                    .collect(Collectors.joining("\t")));
        }
        if (table.all() > printed) {
            out.println("... " + (table.all() - printed) + " more: --output writes all of them");
        }
    }

    /** Writes the report, which is whole when it is there, and ends the printing. */
    void end(@Nullable String report) throws IOException {
        if (output != null && report != null) {
            WholeFile.write(hadoop, new Path(output, REPORT), report.getBytes(UTF_8));
            out.println("Wrote " + output);
        }
        out.flush();
    }

    /** A threshold has all its digits: it is often a score, which a rounded one may be on the other side of. */
    private static String text(String column, @Nullable Object value) {
        if (value == null) {
            return "-";
        }
        return value instanceof Double number
                        && !column.toLowerCase(Locale.ROOT).endsWith("threshold")
                ? String.format(Locale.ROOT, "%.4f", number)
                : SafeText.escaped(value.toString());
    }
}
