package io.draem.trainer;

import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.data.DataSplit;
import io.draem.trainer.data.Dataset;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.evaluation.Calibrator;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.TestImages;
import io.draem.trainer.export.DraemExporter;
import io.draem.trainer.export.ExportRefusedException;
import io.draem.trainer.export.ModelCheckpoint;
import io.draem.trainer.export.ModelVersion;
import io.draem.trainer.export.Parity;
import io.draem.trainer.imported.ImportedNetwork;
import io.draem.trainer.imported.Statistics;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.Threads;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One import from checkpoint to published model.
 *
 * @param files of one network
 * @param output model directory
 * @param name of the model
 * @param size sides of its input
 * @param thresholds where they come from
 * @param threads of libtorch
 */
record ImportRun(List<Path> files, Path output, String name, int size, Thresholds thresholds, int threads) {

    private static final int PARITY_IMAGES = 2;
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /**
     * Where thresholds come from.
     *
     * @param data labelled images; null to take those of the checkpoint, or the given ones
     * @param validation which of them
     * @param seed of their choice
     * @param image given by a person, before all else
     * @param pixel given by a person, before all else
     */
    record Thresholds(
            @Nullable Path data,
            ValidationSplit validation,
            long seed,
            @Nullable Double image,
            @Nullable Double pixel) {}

    /** Thresholds, figures, and a sentence on where the former came from. */
    private record Calibrated(Calibration calibration, ObjectNode metrics, String source) {}

    /** Imports, calibrates, exports and publishes; says on {@code out} what it did and on {@code log} what to beware of. */
    void execute(PrintWriter out, PrintWriter log) throws IOException, InterruptedException, ExportRefusedException {
        Threads.use(threads);
        ImportedNetwork imported = ImportedNetwork.read(files);
        out.printf(
                "%s: %s, widths %d and %d%s%n",
                name,
                imported.origin(),
                imported.options().baseWidth(),
                imported.options().discriminativeBaseWidth(),
                imported.options().sspcab() ? ", SSPCAB" : "");
        out.flush();
        try (DraemNetwork network = DraemNetwork.load(imported.options(), imported.weights());
                ModelVersion version = ModelVersion.next(output, name)) {
            NetworkDetector detector = new NetworkDetector(network, size, size);
            Calibrated calibrated = calibrate(imported, detector);
            publish(imported, detector, calibrated, version, out);
            if (calibrated.calibration().equals(Statistics.UNKNOWN.calibration())) {
                log.println(
                        "warning: nothing is known of this model's thresholds, so they are 0.5: give labelled images"
                                + " (--data), or --threshold-image and --threshold-pixel");
                log.flush();
            }
        }
    }

    private Calibrated calibrate(ImportedNetwork imported, NetworkDetector detector)
            throws IOException, InterruptedException {
        Path data = thresholds.data();
        if (data != null) {
            Dataset dataset = Dataset.open(data);
            DataSplit split = DataSplit.of(dataset, thresholds.validation(), 0, thresholds.seed());
            Scores validated = Scores.of(new TestImages(split.validation(), size, size), detector);
            Calibration calibration = Calibrator.calibrate(validated, false);
            ObjectNode metrics =
                    Evaluation.figures(Scores.of(new TestImages(split.test(), size, size), detector), calibration);
            metrics.set("validation", Evaluation.ranking(validated, calibration));
            return new Calibrated(calibration, metrics, "labelled images, " + thresholds.validation());
        }
        Statistics known = imported.statistics().orElse(Statistics.UNKNOWN);
        Double image = thresholds.image();
        Double pixel = thresholds.pixel();
        String source = image != null || pixel != null
                ? "given by a person"
                : imported.statistics().isPresent()
                        ? "the checkpoint's post-processor: anomalib's, from its own validation images"
                        : "a default: nothing is known";
        Calibration calibration = new Calibration(
                ThresholdRule.MANUAL,
                image != null ? image : known.imageThreshold(),
                pixel != null ? pixel : known.pixelThreshold(),
                known.imageMin(),
                known.imageMax(),
                known.pixelMin(),
                known.pixelMax(),
                0,
                0,
                0);
        return new Calibrated(calibration, JSON.createObjectNode(), source);
    }

    private void publish(
            ImportedNetwork imported,
            NetworkDetector detector,
            Calibrated calibrated,
            ModelVersion version,
            PrintWriter out)
            throws IOException, ExportRefusedException {
        ObjectNode training = JSON.createObjectNode();
        training.put("imageSize", size);
        training.set("network", JSON.valueToTree(imported.options()));
        training.put("importedFrom", imported.origin().toString());
        ArrayNode names = training.putArray("importedFiles");
        files.forEach(file -> names.add(String.valueOf(file.getFileName())));
        training.put("thresholdSource", calibrated.source());
        training.put("trainer", TrainerVersion.current());
        training.put("gitCommit", TrainerVersion.gitCommit());
        ModelCard card = new ModelCard(name, size, size, calibrated.calibration(), training, calibrated.metrics());
        float[] images = noise();
        Parity parity = DraemExporter.exportChecked(
                imported.weights(),
                imported.options(),
                card,
                version.file("model.onnx"),
                images,
                () -> detector.run(images, PARITY_IMAGES));
        ObjectNode report = calibrated.metrics().deepCopy();
        parity.writeTo(report.putObject("parity"));
        report.set("training", training);
        ModelCheckpoint.file(imported.weights(), card).write(version.file("checkpoint.safetensors"));
        Files.writeString(version.file("metrics.json"), JSON.writeValueAsString(report) + "\n", StandardCharsets.UTF_8);
        Path published = version.publish();
        out.printf(
                Locale.ROOT,
                "parity with ONNX Runtime %.1e; thresholds %.4f (image) and %.4f (pixel), from %s%nwrote %s%n",
                Math.max(parity.score(), parity.map()),
                calibrated.calibration().imageThreshold(),
                calibrated.calibration().pixelThreshold(),
                calibrated.source(),
                published);
    }

    /** There may be no photograph at hand, and to compare two runtimes any image does. */
    private float[] noise() {
        Random random = new Random(0);
        float[] images = new float[PARITY_IMAGES * 3 * size * size];
        for (int i = 0; i < images.length; i++) {
            images[i] = random.nextFloat();
        }
        return images;
    }
}
