package io.draem.trainer;

import io.draem.model.ModelCard;
import io.draem.model.ModelCardException;
import io.draem.score.Calibration;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.export.DraemExporter;
import io.draem.trainer.export.ExportFormat;
import io.draem.trainer.export.ExportImages;
import io.draem.trainer.export.ExportRefusedException;
import io.draem.trainer.export.ModelCheckpoint;
import io.draem.trainer.export.ModelVersion;
import io.draem.trainer.export.Parity;
import io.draem.trainer.network.ComputeDevice;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.Precision;
import io.draem.trainer.training.Recipe;
import io.draem.trainer.training.TrainedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What follows a training: thresholds, figures, and the graph, which appear as the next version of the model.
 *
 * @param output model directory
 * @param name of the model
 * @param data that it was trained on
 * @param model what the training gave
 * @param thresholds how they are to be found
 * @param startDigest of the file whose weights it started from; empty for random ones
 * @param device where it was trained and is judged
 * @param threads of libtorch that it was trained with
 */
record Publication(
        Path output,
        String name,
        TrainingData data,
        TrainedModel model,
        ThresholdOptions thresholds,
        String startDigest,
        ComputeDevice device,
        int threads) {

    private static final String CHECKPOINT = "checkpoint.safetensors";
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /**
     * Calibrates, evaluates, exports, compares the graph with the network, and makes the version visible.
     *
     * @return the folder of the version
     */
    Path publish(PrintWriter out) throws IOException, InterruptedException, ExportRefusedException {
        Recipe recipe = data.recipe();
        int size = recipe.imageSize();
        try (DraemNetwork network = DraemNetwork.load(recipe.network(), model.weights())) {
            network.moveTo(device);
            network.convert(Precision.FLOAT32, MemoryFormat.ChannelsLast);
            NetworkDetector detector = new NetworkDetector(network, size, size);
            Judgement judgement =
                    Judgement.of(detector, data.validation(), data.validatesOnSynthetic(), data.test(), thresholds);
            judgement.print(out);
            return write(detector, judgement, out);
        }
    }

    private Path write(NetworkDetector detector, Judgement judgement, PrintWriter out)
            throws IOException, ExportRefusedException {
        Calibration calibration = judgement.calibration();
        ObjectNode metrics = judgement.metrics();
        int size = data.recipe().imageSize();
        ObjectNode training = training();
        ObjectNode report = metrics.deepCopy();
        model.curve().writeTo(report);
        ObjectNode export = JSON.createObjectNode().put("format", ExportFormat.FP32.toString());
        ModelCard card = new ModelCard(name, size, size, calibration, training, metrics, export, data.profile());
        float[] images = data.parityImages();
        int count = images.length / (3 * size * size);
        try (ModelVersion version = ModelVersion.next(output, name)) {
            Parity parity = DraemExporter.exportChecked(
                    model.weights(),
                    data.recipe().network(),
                    card,
                    version.file("model.onnx"),
                    images,
                    () -> detector.run(images, count));
            parity.writeTo(report.putObject("parity"));
            report.set("training", training);
            ModelCheckpoint.file(model.weights(), card).write(version.file(CHECKPOINT));
            Files.writeString(
                    version.file("metrics.json"), JSON.writeValueAsString(report) + "\n", StandardCharsets.UTF_8);
            Files.writeString(
                    version.file("report.html"),
                    judgement.report(card, report, detector).html());
            Path published = version.publish();
            out.printf(
                    Locale.ROOT,
                    "%.1f images/s; parity with ONNX Runtime %.1e; image AUROC %s, pixel AUROC %s, AUPRO %s; threshold %.4f (%s)%nwrote %s%n",
                    model.curve().imagesPerSecond(),
                    Math.max(parity.score(), parity.map()),
                    figure(metrics, "image", "auroc"),
                    figure(metrics, "pixel", "auroc"),
                    figure(metrics, "pixel", "aupro"),
                    calibration.imageThreshold(),
                    calibration.rule().id(),
                    published);
            out.flush();
            return published;
        }
    }

    /** Exports what was published as fp32, from the checkpoint beside it, in the other formats that were asked for. */
    void exportOtherFormats(Path published, List<ExportFormat> formats, PrintWriter out)
            throws IOException, InterruptedException, ExportRefusedException, ModelCardException {
        List<ExportFormat> others =
                formats.stream().filter(format -> format != ExportFormat.FP32).toList();
        if (!others.isEmpty()) {
            ModelCheckpoint exported = ModelCheckpoint.read(published.resolve(CHECKPOINT));
            ModelCard card = Objects.requireNonNull(exported.card());
            int number = Integer.parseInt(published.getFileName().toString());
            ExportImages images = ExportData.of(data, thresholds, ExportData.CALIBRATION_IMAGES);
            FormatPublishing.publish(exported, card, images, others, output, number, threads, out);
        }
    }

    /** Returns where the weights come from. */
    private ObjectNode training() {
        ObjectNode training = JSON.valueToTree(data.recipe());
        training.put("keptStep", model.step());
        training.put("trainer", TrainerVersion.current());
        training.put("gitCommit", TrainerVersion.gitCommit());
        training.put("dataDigest", data.digest());
        training.put("skippedFiles", data.skippedFiles());
        training.put("threads", threads);
        training.put("device", device.toString());
        if (!startDigest.isEmpty()) {
            training.put("startDigest", startDigest);
        }
        training.put("textures", data.textureDigest().isEmpty() ? "noise" : "images");
        return training;
    }

    private static String figure(ObjectNode metrics, String level, String name) {
        return metrics.path(level).path(name).isNumber()
                ? String.format(
                        Locale.ROOT, "%.3f", metrics.path(level).path(name).asDouble())
                : "undefined";
    }
}
