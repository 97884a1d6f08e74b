package io.draem.trainer.report;

import io.draem.score.Calibration;
import io.draem.trainer.evaluation.CalibrationWarnings;
import io.draem.trainer.evaluation.Confusion;
import io.draem.trainer.evaluation.DefectSizeWarnings;
import io.draem.trainer.evaluation.Scores;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The page, section by section. */
final class ReportPage {

    private final Report report;
    private final Calibration calibration;
    private final Confusion confusion;

    ReportPage(Report report) {
        this.report = report;
        this.calibration = report.card().calibration();
        this.confusion = Confusion.of(report.evaluated(), calibration);
    }

    String html() {
        String name = Html.escape(report.card().model());
        return String.format(
                        Locale.ROOT,
                        """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>%s: report of a DRÆM model</title>
                <style>
                %s</style></head><body><main>
                <h1>%s</h1>
                <p>DRÆM model for %s%d×%d pixels, evaluated on %s.</p>
                """,
                        name,
                        style(),
                        name,
                        report.card().framing().tiling() == null ? "" : "tiles of ",
                        report.card().width(),
                        report.card().height(),
                        Html.escape(report.evaluatedOn()))
                + run()
                + summary()
                + warnings()
                + section("Scores and threshold", scores())
                + section("At every threshold", ScoreCharts.curves(report.evaluated(), calibration.imageThreshold()))
                + section("By defect type", ReportTables.perDefect(report))
                + section("By defect size", ReportTables.perSize(report))
                + section("Images", ExampleFigures.of(report.examples()))
                + section("Training", TrainingCharts.of(report.metrics()))
                + section("Frames", ReportTables.framing(report))
                + section("Calibration", ReportTables.calibration(calibration) + validationHistogram())
                + section("Recipe", ReportTables.values("Every option that the weights depend on", recipe()))
                + section("Export", exports())
                + "</main></body></html>\n";
    }

    private static String section(String title, String content) {
        return content.isEmpty() ? "" : "<section><h2>" + Html.escape(title) + "</h2>\n" + content + "</section>\n";
    }

    /** Returns the date and command line of the run that made the report; nothing where they are not known. */
    private String run() {
        JsonNode run = report.metrics().path("run");
        return run.isEmpty()
                ? ""
                : "<p>Made on %s by</p>\n<pre class=\"scroll\">%s</pre>\n"
                        .formatted(
                                Html.escape(run.path("date").asString("")),
                                Html.escape(run.path("command").asString("")));
    }

    private String summary() {
        JsonNode image = report.metrics().path("image");
        JsonNode pixel = report.metrics().path("pixel");
        String best = image.path("bestThreshold").isNumber()
                ? " Its F1 is " + Html.figure(image.path("f1"))
                        + "; the best that any threshold gives on these images is " + Html.figure(image.path("f1Max"))
                        + ", at " + Html.figure(image.path("bestThreshold")) + "."
                : "";
        return String.format(
                Locale.ROOT,
                """
                <p class="lead">At its threshold of %s: %s.%s</p>
                <dl class="tiles">%s%s%s%s%s</dl>
                %s""",
                Html.figure(calibration.imageThreshold()),
                confusion.summary(),
                best,
                tile("image AUROC", image.path("auroc")),
                tile("image AP", image.path("averagePrecision")),
                tile("pixel AUROC", pixel.path("auroc")),
                tile("pixel AP", pixel.path("averagePrecision")),
                tile("AUPRO", pixel.path("aupro")),
                masks());
    }

    private String masks() {
        int anomalous = report.evaluated().anomalous();
        int masked = report.evaluated().masked();
        if (masked == anomalous) {
            return "";
        }
        String pixels = masked == 0
                ? "No anomalous image has a mask, so there are no pixel figures."
                : "Pixel figures are of the normal images and of the " + masked + " of " + anomalous
                        + " anomalous ones that have a mask.";
        return "<p>" + pixels + " Image figures are of all.</p>\n";
    }

    private static String tile(String name, JsonNode value) {
        return "<div><dt>" + name + "</dt><dd>" + Html.figure(value) + "</dd></div>";
    }

    private String warnings() {
        StringBuilder html = new StringBuilder();
        Stream.of(
                        CalibrationWarnings.of(calibration, confusion).stream(),
                        DefectSizeWarnings.of(
                                report.evaluated().defectSizes(),
                                report.card().framing(),
                                report.card().input())
                                .stream(),
                        report.metrics().path("warnings").valueStream().map(JsonNode::asString))
                .flatMap(warnings -> warnings)
                .distinct()
                .forEach(warning ->
                        html.append("<li>").append(Html.escape(warning)).append("</li>"));
        return html.isEmpty() ? "" : "<ul class=\"warnings\" aria-label=\"Warnings\">" + html + "</ul>\n";
    }

    private String scores() {
        String table = Html.table(
                "Images at the threshold",
                List.of("", "called anomalous", "called normal"),
                List.of(
                        List.of("anomalous", text(confusion.truePositives()), text(confusion.falseNegatives())),
                        List.of("normal", text(confusion.falsePositives()), text(confusion.trueNegatives()))));
        return "<div class=\"grid\">"
                + ScoreCharts.histogram("histogram", "Image scores", report.evaluated(), calibration.imageThreshold())
                + table + "</div>";
    }

    private String validationHistogram() {
        Scores validated = report.validated();
        return validated == null
                ? ""
                : "<div class=\"grid\">"
                        + ScoreCharts.histogram(
                                "validated",
                                "Scores of the images that gave the threshold",
                                validated,
                                calibration.imageThreshold())
                        + "</div>";
    }

    private String exports() {
        StringBuilder html = new StringBuilder();
        JsonNode parity = report.metrics().path("parity");
        if (!parity.isEmpty()) {
            html.append(ReportTables.values("Largest differences between the network and the exported graph", parity));
        }
        return html.toString();
    }

    /** Returns the training's options without the epochs that its steps have taken the place of. */
    private JsonNode recipe() {
        ObjectNode training = report.card().training().deepCopy();
        if (training.path("length").path("steps").asLong(0) > 0) {
            training.withObject("/length").remove("epochs");
        }
        return training;
    }

    private static String text(int number) {
        return Integer.toString(number);
    }

    private static String style() {
        try (InputStream css = Objects.requireNonNull(
                ReportPage.class.getResourceAsStream("report.css"), "report.css is missing from the jar")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
