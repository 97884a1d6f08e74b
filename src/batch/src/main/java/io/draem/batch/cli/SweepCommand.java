package io.draem.batch.cli;

import static org.apache.spark.sql.functions.col;

import io.draem.batch.BatchException;
import io.draem.batch.comparison.Extract;
import io.draem.batch.comparison.Sweep;
import io.draem.batch.report.SweepReport;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sweep}: evaluates an output of {@code score} at other thresholds. */
@Command(
        name = "sweep",
        description = {
            "Evaluates the scores of an output of score at thresholds over their range; no image is read.",
            "Prints how many images are anomalous at each, and with labels recall, false alarms, precision and F1, and the"
                    + " thresholds for false-alarm rates of 0.01, 0.02 and 0.05."
        },
        sortOptions = false,
        showDefaultValues = true,
        mixinStandardHelpOptions = true)
final class SweepCommand implements Callable<Integer> {

    private static final String MARKER = "_draem-sweep";

    /** Columns that are only written, so that a row is a line of a terminal. */
    private static final Set<String> HIDDEN =
            Set.of("images", "normal", "anomalous", "found", "falseAlarms", "falseAlarmMin", "falseAlarmMax");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--scores", required = true, paramLabel = "URI", description = "Output of score")
    @SuppressWarnings("NullAway.Init")
    private String scores;

    @Mixin
    private final LabelOptions labels = new LabelOptions();

    @Option(
            names = "--group",
            paramLabel = "COLUMN",
            description =
                    "Column whose values are evaluated apart too, such as a line or a week (default: all images together)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String group;

    @Option(
            names = "--output",
            paramLabel = "URI",
            description = "Folder for a report (HTML) and the tables (CSV) (default: they are only printed)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String output;

    @Override
    public Integer call() throws BatchException, IOException {
        Sweep.Options options = new Sweep.Options(scores, labels.labels(), group);
        SparkSession spark = Session.start("DRÆM sweep");
        try {
            sweep(spark, options);
            return 0;
        } finally {
            spark.stop();
        }
    }

    private void sweep(SparkSession spark, Sweep.Options options) throws BatchException, IOException {
        Tables tables = Tables.of(spark, spec.commandLine().getOut(), output, MARKER);
        try (Sweep sweep = Sweep.of(spark, options)) {
            Extract models = tables.table("Models", sweep.models(), "models");
            List<String> warnings = sweep.warnings();
            warnings.forEach(tables.out()::println);
            Extract coverage = tables.table("Images", sweep.coverage(), "coverage");
            Dataset<Row> all = sweep.thresholds();
            Extract thresholds = Extract.of(all);
            tables.print("Thresholds", thresholds, Extract.MOST, HIDDEN);
            tables.write(all, "thresholds");
            Dataset<Row> byGroup = sweep.groups();
            Extract groups = null;
            if (byGroup == null) {
                tables.delete("groups"); // of a sweep with groups
            } else {
                groups = Extract.of(byGroup.where(col("origin").equalTo("model")));
                tables.print("Groups at the thresholds of the models", groups, Tables.PRINTED, HIDDEN);
                tables.write(byGroup, "groups");
            }
            Dataset<Row> ofRates = sweep.rates();
            Extract rates = null;
            if (ofRates == null) {
                tables.delete("rates"); // of a sweep with labels
            } else {
                rates = tables.table("Thresholds for target false-alarm rates", ofRates, "rates");
            }
            tables.end(
                    output == null
                            ? null
                            : new SweepReport(scores, warnings, models, coverage, thresholds, groups, rates)
                                    .html(sweep));
        }
    }
}
