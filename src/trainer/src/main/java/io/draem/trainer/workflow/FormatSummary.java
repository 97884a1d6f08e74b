package io.draem.trainer.workflow;

import io.draem.model.ModelCard;
import io.draem.trainer.onnxexport.ExportFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Says in a line what an export wrote and what its format changed. */
final class FormatSummary {

    private FormatSummary() {}

    /**
     * Returns the line.
     *
     * @param evaluated whether images gave thresholds and figures
     */
    static String of(ModelCard card, ExportFormat format, long bytes, Path published, boolean evaluated) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%s: wrote %s (%.1f MB)", format, published, bytes / 1e6));
        JsonNode libtorch = card.export().path("differenceToLibtorch");
        JsonNode fp32 = card.export().path("differenceToFp32");
        if (!libtorch.isMissingNode()) {
            text.append(String.format(
                    Locale.ROOT,
                    "; differs from libtorch by %.1e (score), %.1e (map) at most",
                    libtorch.path("score").asDouble(),
                    libtorch.path("map").asDouble()));
        }
        if (!fp32.isMissingNode()) {
            text.append(String.format(
                    Locale.ROOT,
                    "; differs from fp32 on %d images by %.4f at most, %.4f on average (score), %.4f and %.5f (map)",
                    fp32.path("images").asInt(),
                    fp32.at("/score/largest").asDouble(),
                    fp32.at("/score/mean").asDouble(),
                    fp32.at("/map/largest").asDouble(),
                    fp32.at("/map/mean").asDouble()));
        }
        if (evaluated) {
            boolean tested = card.metrics().at("/image/auroc").isNumber();
            String level = tested ? "" : "/validation";
            for (String of : List.of("image", "pixel")) {
                JsonNode auroc = card.metrics().at(level + "/" + of + "/auroc");
                String what = of + " AUROC of " + (tested ? "test" : "validation") + " images";
                appendAuroc(text, what, auroc, card.export().path(of + "AurocLost"));
            }
        }
        text.append(String.format(
                Locale.ROOT,
                "; thresholds %.4f (image) and %.4f (pixel) by rule %s, %s",
                card.calibration().imageThreshold(),
                card.calibration().pixelThreshold(),
                card.calibration().rule().id(),
                card.export().path("thresholds").asString("")));
        if (!evaluated) {
            text.append("; no figures of this graph and no report.html, which need --data");
        }
        if (format == ExportFormat.FP16) {
            text.append("; for GPUs: ONNX Runtime widens float16 on processors and gains nothing there");
        }
        return text.toString();
    }

    private static void appendAuroc(StringBuilder text, String what, JsonNode auroc, JsonNode lost) {
        if (auroc.isNumber()) {
            text.append(String.format(Locale.ROOT, "; %s %.4f", what, auroc.asDouble()));
        }
        if (lost.isNumber()) {
            text.append(String.format(Locale.ROOT, " (%+.4f)", -lost.asDouble()));
        }
    }
}
