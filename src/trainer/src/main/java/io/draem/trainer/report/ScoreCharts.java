package io.draem.trainer.report;

import io.draem.report.Axis;
import io.draem.report.Chart;
import io.draem.report.Histogram;
import io.draem.report.Html;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.metrics.PixelScores;
import io.draem.trainer.evaluation.metrics.RankingMetrics;
import io.draem.trainer.evaluation.metrics.RankingMetrics.Point;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Charts of scored images: histogram, ROC curve, precision and recall. */
final class ScoreCharts {

    private static final double RESOLUTION = 0.004;
    private static final int TABLE_ROWS = 10;

    private ScoreCharts() {}

    /** Returns the histogram of image scores with the threshold; an image that comes several times counts once. */
    static String histogram(String id, String title, Scores scores, double threshold) {
        double[] values = scores.imageScores();
        Axis x = Histogram.axis(
                Math.min(threshold, Arrays.stream(values).min().orElse(0)),
                Math.max(threshold, Arrays.stream(values).max().orElse(1)));
        Histogram histogram = new Histogram(
                x.min(),
                x.max(),
                List.of(
                        new Histogram.Kind("normal", "normal", new long[Histogram.BINS]),
                        new Histogram.Kind("anomalous", "anomalous", new long[Histogram.BINS])));
        for (Scores.Scored image : scores.distinct()) {
            histogram.kinds().get(image.anomalous() ? 1 : 0).counts()[histogram.bin(image.score())]++;
        }
        return histogram.chart(
                id,
                title,
                "image score",
                List.of(new Histogram.Mark(threshold, "threshold " + Html.figure(threshold))));
    }

    /** Returns ROC and precision-recall curve; empty where one class is missing. */
    static String curves(Scores scores, double imageThreshold) {
        if (!RankingMetrics.isDefined(scores.imageLabels())) {
            return "";
        }
        RankingMetrics images = RankingMetrics.of(scores.imageScores(), scores.imageLabels());
        PixelScores pixels = scores.pixels();
        RankingMetrics pixelRanking = pixels.isDefined() ? pixels.ranking() : null;
        Point own = at(scores, imageThreshold);
        return "<p>The circle is the model's own threshold.</p><div class=\"grid\">"
                + chart("roc", "ROC curve", false, images, pixelRanking, own)
                + chart("pr", "Precision and recall", true, images, pixelRanking, own)
                + "</div>";
    }

    private static String chart(
            String id,
            String title,
            boolean precision,
            RankingMetrics images,
            @Nullable RankingMetrics pixels,
            @Nullable Point own) {
        Axis x = Axis.linear(0, 1, Chart.LEFT, Chart.RIGHT - 6);
        Axis y = Axis.linear(0, 1, Chart.BOTTOM, Chart.TOP + 4);
        String xLabel = precision ? "recall" : "false-positive rate";
        String yLabel = precision ? "precision" : "recall";
        Chart chart = new Chart(id, title, xLabel, yLabel, x, y);
        List<Point> imageCurve = images.curve(RESOLUTION);
        draw(chart, "c1", "images", precision, imageCurve, x, y);
        if (pixels != null) {
            draw(chart, "c2 dashed", "pixels", precision, pixels.curve(RESOLUTION), x, y);
        }
        if (own != null) {
            chart.dot(
                    x,
                    y,
                    precision ? own.recall() : own.falsePositiveRate(),
                    precision ? own.precision() : own.recall());
        }
        List<List<String>> rows = new ArrayList<>();
        double stride = Math.max(1, (imageCurve.size() - 1.0) / TABLE_ROWS);
        for (double i = 0; Math.round(i) < imageCurve.size(); i += stride) {
            Point point = imageCurve.get((int) Math.round(i));
            rows.add(List.of(
                    Html.figure(precision ? point.recall() : point.falsePositiveRate()),
                    Html.figure(precision ? point.precision() : point.recall())));
        }
        return chart.end(Html.folded("As a table", Html.table(title + " of images", List.of(xLabel, yLabel), rows)));
    }

    private static void draw(
            Chart chart, String style, String name, boolean precision, List<Point> points, Axis x, Axis y) {
        List<double[]> pairs = new ArrayList<>();
        if (!precision) {
            pairs.add(new double[] {0, 0});
        }
        points.forEach(point -> pairs.add(
                precision
                        ? new double[] {point.recall(), point.precision()}
                        : new double[] {point.falsePositiveRate(), point.recall()}));
        chart.curve(
                style,
                name,
                x,
                y,
                pairs.stream().mapToDouble(pair -> pair[0]).toArray(),
                pairs.stream().mapToDouble(pair -> pair[1]).toArray());
    }

    private static @Nullable Point at(Scores scores, double threshold) {
        double found = 0;
        double alarms = 0;
        double anomalous = 0;
        for (Scores.Scored image : scores.images()) {
            anomalous += image.anomalous() ? 1 : 0;
            if (image.score() > threshold) {
                found += image.anomalous() ? 1 : 0;
                alarms += image.anomalous() ? 0 : 1;
            }
        }
        double normal = scores.images().size() - anomalous;
        return found + alarms == 0 ? null : new Point(alarms / normal, found / anomalous, found / (found + alarms));
    }
}
