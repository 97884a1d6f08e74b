package io.draem.trainer.report;

import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.report.Html;
import io.draem.score.Calibration;
import io.draem.score.Proportion;
import io.draem.trainer.data.FrameSizes;
import io.draem.trainer.evaluation.DefectSizes;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.EvaluationImage;
import io.draem.trainer.evaluation.Scores.Scored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** The tables of the report. */
final class ReportTables {

    private ReportTables() {}

    /** Returns how well each type of defect is found; nothing where there are no types. */
    static String perDefect(Report report) {
        List<List<String>> rows = new ArrayList<>();
        for (String defect : report.evaluated().defects()) {
            JsonNode figures = report.metrics().path("perDefect").path(defect);
            JsonNode image = figures.path("image");
            JsonNode pixel = figures.path("pixel");
            int images = report.evaluated().count(defect);
            long found = report.evaluated().images().stream()
                    .filter(scored -> scored.defect().equals(defect)
                            && report.card().calibration().isAnomalous(scored.score()))
                    .count();
            rows.add(List.of(
                    defect,
                    found + " of " + images,
                    Html.figure(image.path("auroc")),
                    Html.figure(image.path("averagePrecision")),
                    Html.figure(image.path("f1")),
                    text(report.evaluated().ofDefect(defect).masked()),
                    Html.figure(pixel.path("auroc")),
                    Html.figure(pixel.path("averagePrecision")),
                    Html.figure(pixel.path("aupro"))));
        }
        return rows.isEmpty()
                ? ""
                : Html.table(
                        "Each type against the " + report.evaluated().count(EvaluationImage.GOOD) + " normal images",
                        List.of("defect", "found", "AUROC", "AP", "F1", "masks", "pixel AUROC", "pixel AP", "AUPRO"),
                        rows);
    }

    /** Returns how many defects of each size are found; nothing where no mask marks any. */
    static String perSize(Report report) {
        List<List<String>> rows = DefectSizes.bins(report.metrics().path(Evaluation.SIZES)).stream()
                .map(bin ->
                        List.of(bin.range(), text(bin.defects()), text(bin.found()), text(bin.defects() - bin.found())))
                .toList();
        return rows.isEmpty()
                ? ""
                : Html.table(
                        "Defects of the masks by pixels across in the network's input; " + DefectSizes.FOUND,
                        List.of("pixels", "defects", "found", "missed"),
                        rows);
    }

    /** Returns the thresholds of a model and the images that they come from. */
    static String calibration(Calibration c) {
        String rule = c.rule().id() + (c.ruleValue() == null ? "" : " " + Html.number(c.ruleValue()));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("threshold rule", rule));
        rows.add(List.of("image threshold", Html.number(c.imageThreshold())));
        rows.add(List.of("pixel threshold", Html.number(c.pixelThreshold())));
        rows.add(List.of("image scores seen", Html.number(c.scoreMin()) + " to " + Html.number(c.scoreMax())));
        rows.add(List.of("map values seen", Html.number(c.mapMin()) + " to " + Html.number(c.mapMax())));
        rows.add(List.of("normal images", text(c.normalImages())));
        Proportion falseAlarms = c.falseAlarms();
        if (falseAlarms != null) {
            rows.add(List.of("normal images above the image threshold", text(falseAlarms.count())));
            rows.add(List.of("false alarms to expect on new normal images", falseAlarms.intervalText()));
        }
        rows.add(List.of("images with real defects", text(c.anomalousImages())));
        rows.add(List.of("images with synthetic anomalies", text(c.syntheticImages())));
        rows.add(List.of("anomalous images with a mask", text(c.maskedImages())));
        if (c.normalPixels() + c.anomalousPixels() > 0) {
            rows.add(List.of("normal pixels", Long.toString(c.normalPixels())));
            rows.add(List.of("anomalous pixels", Long.toString(c.anomalousPixels())));
        }
        return Html.table("Where the thresholds come from; all values are raw", List.of("what", "value"), rows);
    }

    /** Returns how images become inputs and what of them counts; nothing where each is one input and counts as a whole. */
    static String framing(Report report) {
        Framing framing = report.card().framing();
        Tiling tiling = framing.tiling();
        RegionOfInterest region = framing.region();
        if (framing.equals(Framing.WHOLE)) {
            return "";
        }
        List<List<String>> rows = new ArrayList<>();
        if (tiling != null) {
            rows.add(List.of("scale of the frames", tiling.scale().toString()));
            rows.add(List.of("tile", report.card().input().toString()));
            rows.add(List.of("overlap of tiles, at least", text(tiling.overlap())));
            rows.add(List.of("margin of tiles outside the frame", text(tiling.margin())));
            JsonNode trained = report.card().training().path("frames");
            FrameSizes.of(trained).ifPresent(sizes -> {
                rows.add(List.of("frames of the training", sizes.toString()));
                rows.add(List.of(
                        "random crops per frame and epoch",
                        trained.path("cropsPerFrame").asString("")));
            });
            List<Scored> frames = report.evaluated().images().stream()
                    .sorted(Comparator.comparingInt(image -> image.frame().pixels()))
                    .toList();
            if (!frames.isEmpty()) {
                FrameSizes sizes =
                        FrameSizes.of(frames.stream().map(Scored::frame).toList());
                rows.add(List.of("evaluated frames", sizes.toString()));
                rows.add(List.of(
                        "tiles of the median evaluated frame",
                        text(frames.get(frames.size() / 2).inputs())));
            }
        }
        rows.add(List.of("image score", framing.score().id() + ", from the map"));
        if (region != null || framing.requestRegion()) {
            rows.add(List.of(
                    "region of interest",
                    region == null
                            ? "that of each request, else the whole image"
                            : String.format(Locale.ROOT, "%.1f %% of the image", 100 * region.share())));
        }
        return Html.table("How images become inputs, and what of them counts", List.of("what", "value"), rows);
    }

    /** Returns one row per value of a JSON object, named by the path to it; nothing where it has none. */
    static String values(String caption, JsonNode json) {
        List<List<String>> rows = new ArrayList<>();
        flatten("", json, rows);
        return rows.isEmpty() ? "" : Html.table(caption, List.of("name", "value"), rows);
    }

    private static void flatten(String name, JsonNode json, List<List<String>> rows) {
        if (json.isObject()) {
            json.properties()
                    .forEach(entry -> flatten(
                            name.isEmpty() ? entry.getKey() : name + "." + entry.getKey(), entry.getValue(), rows));
        } else if (!(json instanceof MissingNode) && !json.isNull()) {
            String value = json.isNumber() && !json.isIntegralNumber()
                    ? Html.number(json.asDouble())
                    : json.isArray() ? list(json) : json.asString();
            rows.add(List.of(name, value));
        }
    }

    private static String list(JsonNode array) {
        return array.valueStream()
                .map(item -> item.isValueNode() ? item.asString() : item.toString())
                .collect(Collectors.joining(", "));
    }

    private static String text(int number) {
        return Integer.toString(number);
    }
}
