package io.draem.batch.cli;

import io.draem.batch.BatchException;
import io.draem.batch.comparison.Comparison;
import io.draem.batch.comparison.Extract;
import io.draem.batch.comparison.Labels;
import io.draem.batch.report.ComparisonReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code compare}: compares two outputs of {@code score}, or two thresholds of one. */
@Command(
        name = "compare",
        description = {
            "Compares the scores of two outputs of score, of two models say, or those of one at two thresholds; no image is"
                    + " read.",
            "Prints which verdicts agree, those that changed, how scores differ, and with labels AUROC, F1, recall and false"
                    + " alarms."
        },
        sortOptions = false,
        showDefaultValues = true,
        mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {

    private static final String MARKER = "_draem-comparison";

    /** Column that is printed as a line, and no cell of CSV. */
    private static final String QUANTILES = "quantiles";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--first", required = true, paramLabel = "URI", description = "Output of score")
    @SuppressWarnings("NullAway.Init")
    private String first;

    @Option(
            names = "--second",
            paramLabel = "URI",
            description = "Output to compare with (default: the first one)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String second;

    @Option(
            names = "--first-threshold",
            paramLabel = "SCORE",
            description = "Raw image threshold of the first output (default: the one stored in its rows)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double firstThreshold;

    @Option(
            names = "--second-threshold",
            paramLabel = "SCORE",
            description = "Raw image threshold of the second output (default: the one stored in its rows)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double secondThreshold;

    @Mixin
    private final LabelOptions labels = new LabelOptions();

    @Option(
            names = "--group",
            paramLabel = "COLUMN",
            description = "Column that figures are given by, such as a line or a week (default: all images together)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String group;

    @Option(
            names = "--output",
            paramLabel = "URI",
            description =
                    "Folder for a report (HTML), all changed verdicts (Parquet) and the tables (CSV) (default: they are only"
                            + " printed)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String output;

    @Override
    public Integer call() throws BatchException, IOException {
        if (second == null && firstThreshold == null && secondThreshold == null) {
            throw new ParameterException(
                    spec.commandLine(), "Name what to compare with: --second, or a threshold for --second-threshold");
        }
        for (Double threshold : Arrays.asList(firstThreshold, secondThreshold)) {
            if (threshold != null && !Double.isFinite(threshold)) {
                throw new ParameterException(spec.commandLine(), "A threshold must be a number, not " + threshold);
            }
        }
        Labels named = labels.labels();
        if (group != null && named == null) {
            throw new ParameterException(spec.commandLine(), "--group needs --label");
        }
        Comparison.Options options = new Comparison.Options(
                first, second == null ? first : second, firstThreshold, secondThreshold, named, group);
        SparkSession spark = Session.start("DRÆM compare");
        try {
            compare(spark, options);
            return 0;
        } finally {
            spark.stop();
        }
    }

    private void compare(SparkSession spark, Comparison.Options options) throws BatchException, IOException {
        Tables tables = Tables.of(spark, spec.commandLine().getOut(), output, MARKER);
        try (Comparison comparison = Comparison.of(spark, options)) {
            Extract models = tables.table("Models", comparison.models(), "models");
            List<String> warnings = comparison.warnings();
            warnings.forEach(tables.out()::println);
            Extract coverage = tables.table("Images", comparison.coverage(), "coverage");
            Extract agreement = tables.table("Verdicts", comparison.agreement(), "agreement");
            Extract differences = Extract.of(comparison.differences());
            tables.print("Second score minus first", differences, Tables.PRINTED, Set.of(QUANTILES));
            tables.write(comparison.differences().drop(QUANTILES), "differences");
            quantiles(tables.out(), differences.rows().get(0));
            Dataset<Row> byLabel = comparison.figures();
            Extract figures = null;
            if (byLabel == null) {
                tables.delete("figures"); // of a comparison with labels
            } else {
                figures = tables.table("Figures", byLabel, "figures");
            }
            Extract changed = Extract.of(comparison.changed());
            tables.print("Changed verdicts, the largest difference first", changed, Tables.PRINTED, Set.of());
            if (output == null) {
                tables.end(null);
                return;
            }
            comparison.changed().write().mode(SaveMode.Overwrite).parquet(output + "/changed");
            tables.end(new ComparisonReport(
                            options.first(),
                            options.second(),
                            warnings,
                            models,
                            coverage,
                            agreement,
                            differences,
                            figures,
                            changed)
                    .html(comparison));
        }
    }

    private static void quantiles(PrintWriter out, Row row) {
        int quantiles = row.fieldIndex(QUANTILES);
        if (row.isNullAt(quantiles)) {
            return;
        }
        List<Double> values = row.getList(quantiles);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            texts.add(String.format(
                    Locale.ROOT, "%.0f %%: %.4f", 100 * Comparison.quantiles().get(i), values.get(i)));
        }
        out.println("Quantiles: " + String.join(", ", texts));
    }
}
