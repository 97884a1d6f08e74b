package io.draem.trainer.report;

import io.draem.report.Axis;
import io.draem.report.Chart;
import io.draem.report.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** Charts of a training: losses, learning rate, and what validations during it said. */
final class TrainingCharts {

    private static final int TABLE_ROWS = 12;

    private TrainingCharts() {}

    /** Returns the charts of the curves in a {@code metrics.json}; empty where it has none. */
    static String of(JsonNode metrics) {
        StringBuilder html = new StringBuilder();
        JsonNode losses = metrics.path("lossCurve");
        if (losses.size() > 1) {
            List<String> parts = new ArrayList<>(List.of("total", "l2", "ssim", "focal"));
            if (DoubleStream.of(values(losses, "sspcab")).anyMatch(value -> value > 0)) {
                parts.add("sspcab");
            }
            html.append(chart("losses", "Losses", "loss", losses, parts, true));
            html.append(chart("rate", "Learning rate", "rate", losses, List.of("learningRate"), true));
        }
        JsonNode validations = metrics.path("validationCurve");
        if (validations.size() > 1) {
            html.append(chart(
                    "validation",
                    "Figures on " + validated(metrics.path("validationInTraining")) + " during training",
                    "figure",
                    validations,
                    Stream.of("imageAuroc", "pixelAuroc", "pixelAveragePrecision")
                            .filter(name -> DoubleStream.of(values(validations, name))
                                    .anyMatch(Double::isFinite)) // without masks there are none of pixels
                            .toList(),
                    false));
        }
        return html.isEmpty() ? "" : "<div class=\"grid\">" + html + "</div>\n";
    }

    /** Says which images validated: those of a large set are drawn. */
    private static String validated(JsonNode counts) {
        int images = counts.path("images").asInt(0);
        int all = counts.path("of").asInt(0);
        return images < all ? images + " of the " + all + " validation images" : "the validation images";
    }

    private static String chart(
            String id, String title, String yLabel, JsonNode curve, List<String> names, boolean logarithmic) {
        double[] steps = values(curve, "step");
        double[] all = names.stream()
                .flatMapToDouble(name -> DoubleStream.of(values(curve, name)))
                .filter(value -> Double.isFinite(value) && (!logarithmic || value > 0))
                .toArray();
        if (all.length == 0) {
            return "";
        }
        double min = DoubleStream.of(all).min().orElse(0);
        double max = DoubleStream.of(all).max().orElse(1);
        Axis x = Axis.linear(0, steps[steps.length - 1], Chart.LEFT, Chart.RIGHT - 10);
        Axis y = logarithmic
                ? Axis.logarithmic(min, max, Chart.BOTTOM, Chart.TOP)
                : Axis.linear(min < 0.5 ? 0 : 0.5, 1, Chart.BOTTOM, Chart.TOP + 4);
        Chart chart = new Chart(id, title, "step", yLabel, x, y);
        String[] styles = {"c1", "c2 dashed", "c3", "c4 dashed", "c5"};
        for (int i = 0; i < names.size(); i++) {
            chart.curve(styles[i], label(names.get(i)), x, y, steps, values(curve, names.get(i)));
        }
        List<String> header = new ArrayList<>(List.of("step"));
        names.forEach(name -> header.add(label(name)));
        List<List<String>> rows = new ArrayList<>();
        double stride = Math.max(1, (curve.size() - 1.0) / TABLE_ROWS);
        for (double i = 0; Math.round(i) < curve.size(); i += stride) {
            JsonNode point = curve.path((int) Math.round(i));
            List<String> row =
                    new ArrayList<>(List.of(Html.number(point.path("step").asDouble(0))));
            names.forEach(name -> row.add(Html.number(point.path(name).asDouble(Double.NaN))));
            rows.add(row);
        }
        return chart.end(Html.folded("As a table", Html.table(title, header, rows)));
    }

    private static String label(String name) {
        return switch (name) {
            case "learningRate" -> "learning rate";
            case "imageAuroc" -> "image AUROC";
            case "pixelAuroc" -> "pixel AUROC";
            case "pixelAveragePrecision" -> "pixel AP";
            default -> name;
        };
    }

    private static double[] values(JsonNode curve, String name) {
        return StreamSupport.stream(curve.spliterator(), false)
                .mapToDouble(point -> point.path(name).asDouble(Double.NaN))
                .toArray();
    }
}
