package io.draem.trainer.report;

import io.draem.report.Html;
import io.draem.report.Page;
import io.draem.score.Calibration;
import io.draem.trainer.evaluation.CalibrationWarnings;
import io.draem.trainer.evaluation.Confusion;
import io.draem.trainer.evaluation.DefectSizeWarnings;
import io.draem.trainer.evaluation.Scores;
import java.util.List;
import java.util.Locale;
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
        String name = report.card().model();
        return new Page(name + ": report of a DRÆM model", name)
                .add(String.format(
                        Locale.ROOT,
                        "<p>DRÆM model for %s%d×%d pixels, evaluated on %s.</p>%n",
                        report.card().framing().tiling() == null ? "" : "tiles of ",
                        report.card().width(),
                        report.card().height(),
                        Html.escape(report.evaluatedOn())))
                .add(run())
                .add(summary())
                .warnings(warnings())
                .section("Scores and threshold", scores())
                .section("At every threshold", ScoreCharts.curves(report.evaluated(), calibration.imageThreshold()))
                .section("By defect type", ReportTables.perDefect(report))
                .section("By defect size", ReportTables.perSize(report))
                .section("Images", ExampleFigures.of(report.examples()))
                .section("Training", TrainingCharts.of(report.metrics()))
                .section("Frames", ReportTables.framing(report))
                .section("Calibration", ReportTables.calibration(calibration) + validationHistogram())
                .section("Recipe", ReportTables.values("Every option that the weights depend on", recipe()))
                .section("Export", exports())
                .end();
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
        return Page.tile(name, Html.figure(value));
    }

    private List<String> warnings() {
        return Stream.of(
                        CalibrationWarnings.of(calibration, confusion).stream(),
                        DefectSizeWarnings.of(
                                report.evaluated().defectSizes(),
                                report.card().framing(),
                                report.card().input())
                                .stream(),
                        report.metrics().path("warnings").valueStream().map(JsonNode::asString))
                .flatMap(warnings -> warnings)
                .distinct()
                .toList();
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
}
