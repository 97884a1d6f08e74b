package io.draem.batch.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.draem.batch.comparison.Comparison;
import io.draem.batch.comparison.Extract;
import io.draem.report.Histogram;
import io.draem.report.Html;
import io.draem.report.Page;
import io.draem.text.Counted;
import io.draem.text.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * The page of a comparison.
 *
 * @param first output that was compared, for people
 * @param second likewise
 * @param warnings of {@link Comparison#warnings}
 * @param models first rows of {@link Comparison#models}; the others likewise
 */
public record ComparisonReport(
        String first,
        String second,
        List<String> warnings,
        Extract models,
        Extract coverage,
        Extract agreement,
        Extract differences,
        @Nullable Extract figures,
        Extract changed) {

    /** Returns the page; counts what its histograms show. */
    public String html(Comparison comparison) {
        return new Page("Comparison of DRÆM scores", "Comparison of scores")
                .add(summary())
                .warnings(warnings)
                .section("Models and thresholds", modelsTable())
                .section("Images", coverageTable())
                .section("Verdicts", agreementTable())
                .section("Scores", scores(comparison.images()))
                .section("By label", figures == null ? "" : figures(figures))
                .section("Changed verdicts", changedTable())
                .end();
    }

    private String summary() {
        long compared = count("compared");
        return "<p class=\"lead\">%s compared: %s another verdict. %s not compared.</p>\n<p>First: %s<br>Second: %s</p>\n"
                .formatted(
                        Counted.of(compared, "image"),
                        changed.all() + " " + Counted.verb(changed.all(), "has", "have"),
                        Counted.of(left(), "image") + " " + Counted.verb(left(), "is", "are"),
                        Html.escape(SafeText.escaped(first)),
                        Html.escape(SafeText.escaped(second)));
    }

    private String modelsTable() {
        return HtmlTable.of(
                "Images of each output by the model that gave their scores; the threshold is that of the model or of an option",
                List.of(
                        "output",
                        "model",
                        "version",
                        "images",
                        "threshold",
                        "from",
                        "of the model",
                        "SHA-256 of the graph"),
                models,
                row -> List.of(
                        row.getAs("output"),
                        HtmlTable.text(row.getAs("model")),
                        HtmlTable.text(row.getAs("modelVersion")),
                        HtmlTable.text(row.getAs("images")),
                        HtmlTable.threshold(row.getAs("threshold")),
                        row.getAs("thresholdFrom"),
                        HtmlTable.threshold(row.getAs("modelThreshold")),
                        HtmlTable.text(row.getAs("modelDigest"))));
    }

    private String coverageTable() {
        return Html.table(
                "Images that are compared, and why others are not",
                List.of("images", "number"),
                List.of(
                        List.of("compared", text("compared")),
                        List.of("not compared: the content differs", text("differentContent")),
                        List.of("not compared: only in the first output", text("onlyInFirst")),
                        List.of("not compared: only in the second output", text("onlyInSecond")),
                        List.of("not compared: an error in the first output", text("errorInFirst")),
                        List.of("not compared: an error in the second output", text("errorInSecond")),
                        List.of("not compared: an error in both", text("errorInBoth"))));
    }

    private String agreementTable() {
        return Html.table(
                "Images by their two verdicts",
                List.of("", "second: anomalous", "second: normal"),
                List.of(
                        List.of("first: anomalous", agreeing(true, true), agreeing(true, false)),
                        List.of("first: normal", agreeing(false, true), agreeing(false, false))));
    }

    private String agreeing(boolean firstAnomalous, boolean secondAnomalous) {
        return agreement.rows().stream()
                .filter(row -> row.getBoolean(0) == firstAnomalous && row.getBoolean(1) == secondAnomalous)
                .map(row -> Long.toString(row.getLong(2)))
                .findFirst()
                .orElse("0");
    }

    private String scores(Dataset<Row> images) {
        List<Histogram.Mark> thresholds = new ArrayList<>();
        for (String output : List.of("first", "second")) {
            List<Double> values = models.rows().stream()
                    .filter(row -> row.getAs("output").equals(output))
                    .map(row -> row.<Double>getAs("threshold"))
                    .distinct()
                    .toList();
            if (values.size() == 1) {
                thresholds.add(new Histogram.Mark(values.get(0), output + " " + Html.figure(values.get(0))));
            }
        }
        Dataset<Row> both = images.select(
                        col("firstScore").as("score"), lit("first").as("output"))
                .union(images.select(col("secondScore"), lit("second")));
        Histogram scores = Bins.of(
                both,
                "score",
                Stream.of("first", "second")
                        .map(output ->
                                new Bins.Kind(output, output, col("output").equalTo(output)))
                        .toList(),
                thresholds.stream().map(Histogram.Mark::value).toList());
        Histogram difference =
                Bins.of(images, "difference", List.of(new Bins.Kind("first", "images", lit(true))), List.of(0.0));
        if (scores == null || difference == null) {
            return "";
        }
        return "<div class=\"grid\">"
                + scores.chart("scores", "Image scores of both, and their thresholds", "score", thresholds)
                + difference.chart(
                        "differences",
                        "Second score minus first",
                        "difference",
                        List.of(new Histogram.Mark(0, "equal")))
                + "</div>" + quantiles();
    }

    private String quantiles() {
        Row row = differences.rows().get(0);
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("smallest", HtmlTable.text(row.getAs("min"))));
        List<Double> values = row.getList(row.fieldIndex("quantiles"));
        for (int i = 0; i < values.size(); i++) {
            rows.add(List.of(
                    String.format(
                            Locale.ROOT,
                            "%.0f %% quantile",
                            100 * Comparison.quantiles().get(i)),
                    HtmlTable.text(values.get(i))));
        }
        rows.add(List.of("largest", HtmlTable.text(row.getAs("max"))));
        rows.add(List.of("mean", HtmlTable.text(row.getAs("mean"))));
        rows.add(List.of("standard deviation", HtmlTable.text(row.getAs("deviation"))));
        return Html.table("Second score minus first", List.of("", "difference"), rows);
    }

    private static String figures(Extract figures) {
        return HtmlTable.of(
                "At the thresholds; rates of false alarms with their exact 95 % interval; all rows are in the folder figures",
                List.of("group", "output", "AUROC", "F1", "recall", "false alarms"),
                figures,
                row -> List.of(
                        HtmlTable.text(row.getAs("group")),
                        row.getAs("output"),
                        HtmlTable.text(row.getAs("auroc")),
                        HtmlTable.text(row.getAs("f1")),
                        HtmlTable.found(row),
                        HtmlTable.falseAlarms(row)));
    }

    private String changedTable() {
        if (changed.all() == 0) {
            return "<p>None.</p>\n";
        }
        boolean labelled = changed.columns().contains("label");
        List<String> headers = new ArrayList<>(List.of("image", "first", "second", "difference", "verdict"));
        if (labelled) {
            headers.add("label");
        }
        return HtmlTable.of(
                "The largest differences first; all rows are in the folder changed (Parquet)",
                headers,
                changed,
                row -> {
                    List<String> cells = new ArrayList<>(List.of(
                            HtmlTable.text(row.getAs("path")),
                            HtmlTable.text(row.getAs("firstScore")),
                            HtmlTable.text(row.getAs("secondScore")),
                            HtmlTable.text(row.getAs("difference")),
                            row.<Boolean>getAs("secondAnomalous") ? "now anomalous" : "now normal"));
                    if (labelled) {
                        cells.add(HtmlTable.text(row.getAs("label")));
                    }
                    return cells;
                });
    }

    private long left() {
        Row row = coverage.rows().get(0);
        long left = 0;
        for (int i = 1; i < row.size(); i++) {
            left += row.getLong(i);
        }
        return left;
    }

    private String text(String column) {
        return Long.toString(count(column));
    }

    private long count(String column) {
        return Objects.requireNonNull(coverage.rows().get(0).<Long>getAs(column));
    }
}
