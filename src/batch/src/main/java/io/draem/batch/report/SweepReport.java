package io.draem.batch.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.draem.batch.comparison.Extract;
import io.draem.batch.comparison.Sweep;
import io.draem.report.Axis;
import io.draem.report.Chart;
import io.draem.report.Histogram;
import io.draem.report.Html;
import io.draem.report.Page;
import io.draem.text.Counted;
import io.draem.text.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * The page of a sweep.
 *
 * @param scores output that was evaluated, for people
 * @param warnings of {@link Sweep#warnings}
 * @param models first rows of {@link Sweep#models}; the others likewise
 * @param groups at the thresholds of the models
 */
public record SweepReport(
        String scores,
        List<String> warnings,
        Extract models,
        Extract coverage,
        Extract thresholds,
        @Nullable Extract groups,
        @Nullable Extract rates) {

    /** Returns the page; counts what its histogram shows. */
    public String html(Sweep sweep) {
        return new Page("Thresholds for DRÆM scores", "Thresholds for stored scores")
                .add(summary())
                .warnings(warnings)
                .section("Models", modelsTable())
                .section("Scores", scores(sweep))
                .section("At every threshold", curves())
                .section("Target false-alarm rates", rates == null ? "" : rates(rates))
                .section("By group", groups == null ? "" : groups(groups))
                .section("Thresholds", Html.folded("As a table", table()))
                .end();
    }

    private String summary() {
        Row row = coverage.rows().get(0);
        long images = row.<Long>getAs("images");
        String labeled = rates == null ? "" : ", " + row.<Long>getAs("labeled") + " of them with a label";
        return "<p class=\"lead\">%s with a score%s; %s.</p>\n<p>Output: %s</p>\n"
                .formatted(
                        Counted.of(images, "image"),
                        labeled,
                        Counted.of(row.<Long>getAs("errors"), "image") + " without a score",
                        Html.escape(SafeText.escaped(scores)));
    }

    private String modelsTable() {
        return HtmlTable.of(
                "Images by the model that gave their scores",
                List.of("model", "version", "images", "threshold", "SHA-256 of the graph"),
                models,
                row -> Stream.of("model", "modelVersion", "images", "threshold", "modelDigest")
                        .map(column -> column.equals("threshold")
                                ? HtmlTable.threshold(row.getAs(column))
                                : HtmlTable.text(row.getAs(column)))
                        .toList());
    }

    private String scores(Sweep sweep) {
        Column isAnomalous = col("isAnomalous");
        List<Bins.Kind> kinds = rates == null
                ? List.of(new Bins.Kind("first", "images", lit(true)))
                : List.of(
                        new Bins.Kind("normal", "normal", isAnomalous.unary_$bang()),
                        new Bins.Kind("anomalous", "anomalous", isAnomalous));
        List<Histogram.Mark> marks = own();
        Histogram histogram = Bins.of(
                sweep.images(),
                "score",
                kinds,
                marks.stream().map(Histogram.Mark::value).toList());
        return histogram == null
                ? ""
                : "<div class=\"grid\">" + histogram.chart("histogram", "Image scores", "image score", marks)
                        + "</div>";
    }

    /** The thresholds of the models. */
    private List<Histogram.Mark> own() {
        return thresholds.rows().stream()
                .filter(row -> row.getAs("origin").equals("model"))
                .map(row -> row.<Double>getAs("threshold"))
                .map(value -> new Histogram.Mark(value, "model " + Html.number(value)))
                .toList();
    }

    private String curves() {
        List<String> charts = new ArrayList<>();
        charts.add(chart("share", "Anomalous images", "share", List.of("share")));
        if (rates != null) {
            charts.add(chart("rates", "Recall and false alarms", "rate", List.of("recall", "falseAlarmRate")));
            charts.add(chart("f1", "Precision and F1", "figure", List.of("precision", "f1")));
        }
        return "<div class=\"grid\">" + String.join("", charts) + "</div>\n";
    }

    private String chart(String id, String title, String yLabel, List<String> columns) {
        double[] xs = values("threshold");
        Axis x = Axis.linear(xs[0], xs[xs.length - 1], Chart.LEFT, Chart.RIGHT - 10);
        Axis y = Axis.linear(0, 1, Chart.BOTTOM, Chart.TOP + 4);
        Chart chart = new Chart(id, title, "threshold", yLabel, x, y);
        String[] styles = {"c1", "c2 dashed"};
        for (int i = 0; i < columns.size(); i++) {
            chart.curve(styles[i], header(columns.get(i)), x, y, xs, values(columns.get(i)));
        }
        own().forEach(mark -> chart.mark(x, mark.value(), mark.label()));
        return chart.end("");
    }

    private double[] values(String column) {
        return thresholds.rows().stream()
                .mapToDouble(row -> row.getAs(column) instanceof Double value ? value : Double.NaN)
                .toArray();
    }

    private static String rates(Extract rates) {
        return HtmlTable.of(
                "Smallest scores that are thresholds above which at most this share of the normal images is; the interval is the"
                        + " exact one of 95 % for new normal images",
                List.of("rate", "threshold", "false alarms", "recall", "precision", "F1"),
                rates,
                row -> List.of(
                        Html.number(100 * row.<Double>getAs("rate")) + " %",
                        HtmlTable.threshold(row.getAs("threshold")),
                        HtmlTable.falseAlarms(row),
                        HtmlTable.found(row),
                        HtmlTable.text(row.getAs("precision")),
                        HtmlTable.text(row.getAs("f1"))));
    }

    private String groups(Extract groups) {
        return rows("At the thresholds of the models; all thresholds are in the folder groups", groups, true);
    }

    private String table() {
        return rows("Thresholds of models, quantiles of scores, and equal steps over their range", thresholds, false);
    }

    private String rows(String caption, Extract table, boolean grouped) {
        List<String> headers = new ArrayList<>(
                List.of(grouped ? "group" : "from", "threshold", "images", "anomalous images", "share"));
        if (rates != null) {
            headers.addAll(List.of("false alarms", "recall", "precision", "F1"));
        }
        return HtmlTable.of(caption, headers, table, row -> {
            List<String> cells = new ArrayList<>();
            cells.add(HtmlTable.text(row.getAs(grouped ? "group" : "origin")));
            cells.add(HtmlTable.threshold(row.getAs("threshold")));
            cells.add(HtmlTable.text(row.getAs("images")));
            cells.add(HtmlTable.text(row.getAs("above")));
            cells.add(HtmlTable.percent(row.<Double>getAs("share")));
            if (rates != null) {
                cells.add(HtmlTable.falseAlarms(row));
                cells.add(HtmlTable.found(row));
                cells.add(HtmlTable.text(row.getAs("precision")));
                cells.add(HtmlTable.text(row.getAs("f1")));
            }
            return cells;
        });
    }

    private static String header(String column) {
        return switch (column) {
            case "falseAlarmRate" -> "false-alarm rate";
            case "f1" -> "F1";
            default -> column;
        };
    }
}
