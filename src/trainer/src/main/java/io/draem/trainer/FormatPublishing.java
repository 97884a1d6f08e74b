package io.draem.trainer;

import io.draem.model.ModelCard;
import io.draem.model.ModelCardException;
import io.draem.trainer.export.ExportFormat;
import io.draem.trainer.export.ExportImages;
import io.draem.trainer.export.ExportRefusedException;
import io.draem.trainer.export.FormatExport;
import io.draem.trainer.export.ModelCheckpoint;
import io.draem.trainer.export.ModelVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Publishes a network in several formats under one version number, and says what each format changed. */
final class FormatPublishing {

    private FormatPublishing() {}

    /**
     * Publishes each format as soon as it is done.
     *
     * @param draft the card of the network, its name that of the model in float32
     * @param number of the version of all of them
     */
    static void publish(
            ModelCheckpoint model,
            ModelCard draft,
            ExportImages images,
            List<ExportFormat> formats,
            Path output,
            int number,
            int threads,
            PrintWriter out)
            throws IOException, ExportRefusedException, ModelCardException {
        Files.createDirectories(output);
        try (FormatExport export = FormatExport.of(model, draft, images, output, threads)) {
            for (ExportFormat format : formats.stream().distinct().toList()) {
                try (ModelVersion version = ModelVersion.begin(output, format.modelName(draft.model()), number)) {
                    ModelCard card = export.write(format, version.folder());
                    long bytes = Files.size(version.file("model.onnx"));
                    Path published = version.publish();
                    out.println(describe(card, format, bytes, published));
                    out.flush();
                }
            }
        }
    }

    private static String describe(ModelCard card, ExportFormat format, long bytes, Path published) {
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
        String level = card.metrics().at("/image/auroc").isNumber() ? "" : "/validation";
        appendAuroc(
                text,
                "image",
                card.metrics().at(level + "/image/auroc"),
                card.export().path("imageAurocLost"));
        appendAuroc(
                text,
                "pixel",
                card.metrics().at(level + "/pixel/auroc"),
                card.export().path("pixelAurocLost"));
        text.append(String.format(
                Locale.ROOT,
                "; threshold %.4f, %s",
                card.calibration().imageThreshold(),
                card.export().path("thresholds").asString("")));
        if (format == ExportFormat.FP16) {
            text.append("; for GPUs: ONNX Runtime widens float16 on processors and gains nothing there");
        }
        return text.toString();
    }

    private static void appendAuroc(StringBuilder text, String level, JsonNode auroc, JsonNode lost) {
        if (auroc.isNumber()) {
            text.append(String.format(Locale.ROOT, "; %s AUROC %.4f", level, auroc.asDouble()));
        }
        if (lost.isNumber()) {
            text.append(String.format(Locale.ROOT, " (%+.4f)", -lost.asDouble()));
        }
    }
}
