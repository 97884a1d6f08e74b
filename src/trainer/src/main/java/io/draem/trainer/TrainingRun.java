package io.draem.trainer;

import io.draem.image.RgbImage;
import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.tensor.Safetensors;
import io.draem.tensor.Tensor;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.data.DataSplit;
import io.draem.trainer.data.ImageFiles;
import io.draem.trainer.data.ImageStore;
import io.draem.trainer.data.LabelledImage;
import io.draem.trainer.data.MvtecDataset;
import io.draem.trainer.evaluation.Calibrator;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.SyntheticImages;
import io.draem.trainer.evaluation.TestImages;
import io.draem.trainer.export.DraemExporter;
import io.draem.trainer.export.ExportRefusedException;
import io.draem.trainer.export.ModelVersion;
import io.draem.trainer.export.Parity;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.Threads;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.training.DivergedException;
import io.draem.trainer.training.Recipe;
import io.draem.trainer.training.Training;
import io.draem.trainer.training.TrainingCurve;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One training from data to published model.
 *
 * @param data MVTec AD layout
 * @param output model directory
 * @param name of the model
 * @param anomalySource folder of textures; null for noise
 * @param threads of libtorch
 * @param dataThreads that prepare batches
 */
record TrainingRun(
        Path data,
        Path output,
        String name,
        @Nullable Path anomalySource,
        int threads,
        int dataThreads,
        Recipe recipe) {

    private static final int BATCHES_AHEAD = 4;
    private static final int PARITY_IMAGES = 4;
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Trains, calibrates, evaluates, exports, and publishes; says on {@code out} what it does and on {@code log} how far. */
    void execute(PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, DivergedException, ExportRefusedException {
        Threads.use(threads);
        int size = recipe.imageSize();
        Files.createDirectories(output.resolve(name)); // fails now rather than after the training
        MvtecDataset dataset = MvtecDataset.open(data);
        DataSplit split = DataSplit.of(
                dataset, recipe.validation().split(), recipe.validation().heldOut(), recipe.seed());
        ImageFiles.requireReadable(dataset.files(), threads);
        String digest = dataset.digest(); // of what is trained on, whatever becomes of the files meanwhile
        List<Path> textureFiles = anomalySource == null ? List.of() : ImageFiles.under(anomalySource);
        out.printf(
                "%s: %d images to train on, %d held out, %d to validate with, %d to test with; textures: %s%n",
                name,
                split.train().size(),
                split.heldOut().size(),
                split.validation().size(),
                split.test().size(),
                anomalySource == null ? "noise" : textureFiles.size() + " images");
        out.flush();

        long cache = ImageStore.defaultCacheBytes();
        ImageStore<float[]> normals = ImageStore.tensors(files(split.train()), size, size, cache, threads);
        ImageStore<RgbImage> textures =
                anomalySource == null ? null : ImageStore.pictures(textureFiles, size, size, cache, threads);
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(recipe.synthesis(), size, size, normals, textures);

        try (DraemNetwork network = DraemNetwork.create(recipe.network(), recipe.seed())) {
            TrainingCurve curve;
            long steps = recipe.length().stepsFor(normals.size());
            try (BatchLoader batches = new BatchLoader(
                            normals,
                            synthesizer,
                            recipe.length().batchSize(),
                            recipe.seed(),
                            0,
                            dataThreads,
                            BATCHES_AHEAD);
                    TrainingProgress progress =
                            new TrainingProgress(log, steps, recipe.length().batchSize())) {
                curve = Training.run(recipe, network, batches, steps, progress);
            }
            Map<String, Tensor> weights = network.tensors();
            Path kept = keep(weights);
            log.println("the weights are in " + kept + " until the model is published");
            log.flush();
            NetworkDetector detector = new NetworkDetector(network, size, size);
            EvaluationSet validation = split.heldOut().isEmpty()
                    ? new TestImages(split.validation(), size, size)
                    : SyntheticImages.of(
                            ImageStore.tensors(files(split.heldOut()), size, size, cache, threads),
                            synthesizer,
                            recipe.seed());
            Scores validated = Scores.of(validation, detector);
            Calibration calibration =
                    Calibrator.calibrate(validated, !split.heldOut().isEmpty());
            ObjectNode metrics =
                    Evaluation.figures(Scores.of(new TestImages(split.test(), size, size), detector), calibration);
            metrics.set("validation", Evaluation.ranking(validated, calibration));
            publish(weights, detector, split, digest, calibration, metrics, curve, out);
            Files.delete(kept);
        }
    }

    /** Writes the weights where they stay if anything after the training fails. */
    private Path keep(Map<String, Tensor> weights) throws IOException {
        Path file = Files.createDirectories(output.resolve(name)).resolve("unpublished.safetensors");
        new Safetensors(weights, Map.of("format", "pt", "draem.recipe", JSON.writeValueAsString(recipe))).write(file);
        return file;
    }

    private void publish(
            Map<String, Tensor> weights,
            NetworkDetector detector,
            DataSplit split,
            String dataDigest,
            Calibration calibration,
            ObjectNode metrics,
            TrainingCurve curve,
            PrintWriter out)
            throws IOException, ExportRefusedException {
        int size = recipe.imageSize();
        ObjectNode training = JSON.valueToTree(recipe);
        training.put("trainer", TrainerVersion.current());
        training.put("gitCommit", TrainerVersion.gitCommit());
        training.put("dataDigest", dataDigest);
        training.put("threads", threads);
        training.put("textures", anomalySource == null ? "noise" : "images");
        ObjectNode report = metrics.deepCopy();
        curve.writeTo(report);
        ModelCard card = new ModelCard(name, size, size, calibration, training, metrics);
        float[] images = parityImages(split);
        int count = images.length / (3 * size * size);
        try (ModelVersion version = ModelVersion.next(output, name)) {
            Parity parity = DraemExporter.exportChecked(
                    weights,
                    recipe.network(),
                    card,
                    version.file("model.onnx"),
                    images,
                    () -> detector.run(images, count));
            report.putObject("parity")
                    .put("images", parity.images())
                    .put("score", parity.score())
                    .put("map", parity.map())
                    .put("reconstruction", parity.reconstruction());
            report.set("training", training);
            new Safetensors(weights, Map.of("format", "pt", "draem.training", training.toString()))
                    .write(version.file("checkpoint.safetensors"));
            Files.writeString(
                    version.file("metrics.json"), JSON.writeValueAsString(report) + "\n", StandardCharsets.UTF_8);
            Path published = version.publish();
            out.printf(
                    Locale.ROOT,
                    "%.1f images/s; parity with ONNX Runtime %.1e; image AUROC %s, pixel AUROC %s, AUPRO %s; threshold %.4f (%s)%nwrote %s%n",
                    curve.imagesPerSecond(),
                    Math.max(parity.score(), parity.map()),
                    figure(metrics, "image", "auroc"),
                    figure(metrics, "pixel", "auroc"),
                    figure(metrics, "pixel", "aupro"),
                    calibration.imageThreshold(),
                    calibration.rule().id(),
                    published);
        }
    }

    private float[] parityImages(DataSplit split) throws IOException {
        int size = recipe.imageSize();
        List<LabelledImage> some = (split.test().isEmpty() ? split.train() : split.test())
                .stream().limit(PARITY_IMAGES).toList();
        TestImages set = new TestImages(some, size, size);
        float[] images = new float[some.size() * 3 * size * size];
        for (int i = 0; i < some.size(); i++) {
            System.arraycopy(set.load(i).pixels(), 0, images, i * 3 * size * size, 3 * size * size);
        }
        return images;
    }

    private static List<Path> files(List<LabelledImage> images) {
        return images.stream().map(LabelledImage::file).toList();
    }

    private static String figure(ObjectNode metrics, String level, String name) {
        return metrics.path(level).path(name).isNumber()
                ? String.format(
                        Locale.ROOT, "%.3f", metrics.path(level).path(name).asDouble())
                : "undefined";
    }
}
