package io.draem.trainer.cli;

import io.draem.score.Calibration;
import io.draem.score.Proportion;
import io.draem.text.Counted;
import io.draem.trainer.evaluation.Confusion;
import io.draem.trainer.evaluation.DefectSizes;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.Scores;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Prints figures as a short table, and what the model's own threshold makes of the images. */
final class EvaluationTable {

    private static final String ROW = "%-20s %7s %7s %7s %7s  %7s %7s %7s %7s%n";

    private EvaluationTable() {}

    /**
     * Prints figures.
     *
     * @param figures as {@link Evaluation#figures} gives them
     */
    static void print(PrintWriter out, JsonNode figures, Scores scores, Calibration calibration) {
        Confusion confusion = Confusion.of(scores, calibration);
        out.printf(Locale.ROOT, ROW, "", "images", "AUROC", "AP", "F1", "masks", "pxAUROC", "pxAP", "AUPRO");
        for (String defect : scores.defects()) {
            row(out, defect, scores.count(defect), figures.path("perDefect").path(defect));
        }
        row(out, "all", scores.images().size(), figures);
        if (scores.masked() < scores.anomalous()) {
            out.printf(
                    Locale.ROOT,
                    "%d of %s %s a mask: %s%n",
                    scores.masked(),
                    Counted.of(scores.anomalous(), "anomalous image"),
                    Counted.verb(scores.masked(), "has", "have"),
                    scores.masked() == 0 ? "there are no pixel figures" : "pixel figures are of those");
        }
        out.printf(
                Locale.ROOT,
                "at the model's threshold %.4f (%s): %s%n",
                calibration.imageThreshold(),
                calibration.rule().id(),
                confusion.summary());
        Proportion expected = calibration.falseAlarms();
        Proportion seen = confusion.falseAlarms();
        if (expected != null && seen != null) {
            out.printf(
                    Locale.ROOT,
                    "false alarms expected from %d of %s in calibration: %s; here %s%n",
                    expected.count(),
                    Counted.of(expected.total(), "normal image"),
                    expected.intervalText(),
                    seen.shareText());
        }
        best(out, "image", figures.path("image"), calibration.imageThreshold());
        best(out, "pixel", figures.path("pixel"), calibration.pixelThreshold());
        List<DefectSizes.Bin> bins = DefectSizes.bins(figures.path(Evaluation.SIZES));
        if (!bins.isEmpty()) {
            out.println(bins.stream()
                    .map(bin -> bin.range() + ": " + bin.found() + " of " + bin.defects() + " found")
                    .collect(Collectors.joining(
                            ", ",
                            "defects by pixels across in the network's input: ",
                            " (" + DefectSizes.FOUND + ")")));
        }
        out.flush();
    }

    private static void row(PrintWriter out, String name, int images, JsonNode figures) {
        JsonNode image = figures.path("image");
        JsonNode pixel = figures.path("pixel");
        out.printf(
                Locale.ROOT,
                ROW,
                name,
                images,
                figure(image.path("auroc")),
                figure(image.path("averagePrecision")),
                figure(image.path("f1")),
                pixel.path("maskedImages").asString("-"),
                figure(pixel.path("auroc")),
                figure(pixel.path("averagePrecision")),
                figure(pixel.path("aupro")));
    }

    private static void best(PrintWriter out, String level, JsonNode figures, double threshold) {
        if (figures.path("bestThreshold").isNumber()) {
            out.printf(
                    Locale.ROOT,
                    "%s F1 %s at %.4f; the best on these images is %s at %.4f%n",
                    level,
                    figure(figures.path("f1")),
                    threshold,
                    figure(figures.path("f1Max")),
                    figures.path("bestThreshold").asDouble());
        }
    }

    private static String figure(JsonNode value) {
        return value.isNumber() ? String.format(Locale.ROOT, "%.3f", value.asDouble()) : "-";
    }
}
