package io.draem.trainer.workflow;

import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.trainer.checkpoint.imported.ImportedNetwork;
import io.draem.trainer.checkpoint.imported.TrainingInput;
import io.draem.trainer.data.Progress;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.data.WhiteLevel;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.Threads;
import io.draem.trainer.onnxexport.ExportFormat;
import io.draem.trainer.onnxexport.ExportRefusedException;
import io.draem.trainer.synthesis.SynthesisOptions;
import io.draem.trainer.training.Recipe;
import io.draem.trainer.workflow.Publisher.Published;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One import from checkpoint to published model.
 *
 * @param files of one network
 * @param output model directory
 * @param name of the model
 * @param input options of the network's input
 * @param thresholds where they come from
 * @param threads of libtorch
 * @param invocation the command line of this run
 */
public record ImportRun(
        List<Path> files,
        Path output,
        String name,
        ImportInput input,
        Thresholds thresholds,
        int threads,
        Invocation invocation) {

    private static final int PARITY_IMAGES = 2;

    /** Of images held out for synthetic validation, which no import does. */
    private static final double UNUSED_SHARE = 0.2;

    /**
     * Where thresholds come from.
     *
     * @param data labelled images; null to take those of the options, else the checkpoint's
     * @param folder base of the paths of a manifest; null for the manifest's own
     * @param validation which of them
     * @param skipUnreadable whether to continue without those that cannot be used
     * @param seed of their choice
     * @param whiteLevel of deep images: of the model and of the labelled images
     * @param image option of the image threshold
     * @param pixel option of the pixel threshold
     */
    public record Thresholds(
            @Nullable Path data,
            @Nullable Path folder,
            ValidationSplit validation,
            boolean skipUnreadable,
            long seed,
            WhiteLevel whiteLevel,
            @Nullable Double image,
            @Nullable Double pixel) {}

    /** Imports, calibrates, exports and publishes; prints results on {@code out}, progress and warnings on {@code log}. */
    public void execute(PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, ExportRefusedException, TrainerException,
                    StoppedBySignalException {
        ModelVersion.requireFolder(output);
        Threads.use(threads);
        ImportedNetwork read = ImportedNetwork.read(files);
        List<String> warnings = new ArrayList<>(read.input().notes());
        TrainingInput.Size size = input.size(read.input(), warnings);
        TrainingInput.Normalization normalization = input.normalization(read.input(), warnings);
        ImportedNetwork imported = read.normalizing(normalization.applied());
        out.printf(
                Locale.ROOT,
                "%s: %s, widths %d and %d%s%ninput %d×%d pixels (from %s), %s (from %s)%n",
                name,
                imported.origin(),
                imported.options().baseWidth(),
                imported.options().discriminativeBaseWidth(),
                imported.options().sspcab() ? ", SSPCAB" : "",
                size.width(),
                size.height(),
                size.source(),
                normalization.applied() == null ? "not normalized" : "normalized with the " + normalization.applied(),
                normalization.source());
        out.flush();
        warnings.forEach(warning -> log.println("warning: " + warning));
        log.flush();
        try (ModelImages images = thresholds.data() == null ? null : open(thresholds.data(), size, out, log);
                StopSignals signals = StopSignals.handle(log);
                DraemNetwork network = DraemNetwork.load(imported.options(), imported.weights())) {
            NetworkDetector detector = new NetworkDetector(network, size.width(), size.height());
            signals.hold("stopping as soon as nothing is left half done");
            Published published = images == null
                    ? publish(imported, detector, out, log)
                    : publishEvaluated(imported, detector, images, signals, out);
            out.printf(
                    Locale.ROOT,
                    "parity with ONNX Runtime %.1e%nwrote %s%n",
                    published.parity().largest(),
                    published.folder());
            out.flush();
            signals.release();
            if (signals.stopRequested()) {
                throw new StoppedBySignalException("Stopped, after the model was written", signals.status());
            }
        }
    }

    private ModelImages open(Path data, TrainingInput.Size size, PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, TrainerException {
        Recipe.Validation validation = new Recipe.Validation(thresholds.validation(), UNUSED_SHARE);
        ModelImages images = ModelImages.open(
                data,
                thresholds.folder(),
                null,
                thresholds.skipUnreadable(),
                new ModelImages.Options(
                        new FrameSize(size.width(), size.height()),
                        Framing.WHOLE,
                        validation,
                        SynthesisOptions.DEFAULTS,
                        thresholds.seed(),
                        thresholds.whiteLevel()),
                null,
                threads,
                Progress.on(log));
        out.println(name + ": " + images.files().evaluationSummary());
        images.validation().origin().ifPresent(out::println);
        out.flush();
        return images;
    }

    private Published publishEvaluated(
            ImportedNetwork imported,
            NetworkDetector detector,
            ModelImages images,
            StopSignals signals,
            PrintWriter out)
            throws IOException, ExportRefusedException, StoppedBySignalException {
        try {
            ModelEvaluation evaluation = ModelEvaluator.of(images, ThresholdOptions.DEFAULTS)
                    .stoppedBy(signals)
                    .evaluate(detector);
            evaluation.print(out);
            ObjectNode training = training(imported, detector);
            ManualThresholds.noteImages(training, images);
            training.set(
                    "validation",
                    JsonMapper.shared().valueToTree(images.options().validation()));
            training.put("seed", images.options().seed()); // so that an export splits them in the same way
            ModelCard card = card(detector, evaluation.calibration(), training, evaluation.metrics())
                    .withWhiteLevel(images.whiteLevel());
            Published published = publisher()
                    .publish(card, imported.weights(), detector, card.metrics(), evaluation, images.parityImages());
            out.println(evaluation.summary(card.metrics()));
            return published;
        } catch (CancellationException e) {
            throw new StoppedBySignalException("Stopped: nothing was written", signals.status());
        }
    }

    private Published publish(ImportedNetwork imported, NetworkDetector detector, PrintWriter out, PrintWriter log)
            throws IOException, ExportRefusedException {
        ManualThresholds manual = ManualThresholds.of(imported.statistics(), thresholds.image(), thresholds.pixel());
        ObjectNode training = training(imported, detector);
        manual.writeTo(training);
        ObjectNode metrics = JsonNodeFactory.instance.objectNode();
        if (!manual.warnings().isEmpty()) {
            manual.warnings().forEach(metrics.putArray("warnings")::add);
        }
        // Without images only a given level is known.
        OptionalInt given = thresholds.whiteLevel().given();
        ModelCard card = card(detector, manual.calibration(), training, metrics)
                .withWhiteLevel(
                        given.isPresent() && given.getAsInt() < ModelCard.MOST_WHITE_LEVEL
                                ? given
                                : OptionalInt.empty());
        Published published =
                publisher().publish(card, imported.weights(), detector, card.metrics(), null, noise(detector));
        out.println(manual);
        manual.warnings().forEach(warning -> log.println("warning: " + warning));
        log.flush();
        return published;
    }

    private ModelCard card(NetworkDetector detector, Calibration calibration, ObjectNode training, ObjectNode metrics) {
        ObjectNode export = JsonNodeFactory.instance.objectNode().put("format", ExportFormat.FP32.toString());
        return new ModelCard(name, detector.width(), detector.height(), calibration, training, metrics, export);
    }

    private Publisher publisher() {
        return new Publisher(output, invocation);
    }

    private ObjectNode training(ImportedNetwork imported, NetworkDetector detector) {
        ObjectNode training = JsonNodeFactory.instance.objectNode();
        training.set("imageSize", JsonMapper.shared().valueToTree(new FrameSize(detector.width(), detector.height())));
        training.set("network", JsonMapper.shared().valueToTree(imported.options()));
        training.put("importedFrom", imported.origin().toString());
        ArrayNode names = training.putArray("importedFiles");
        files.forEach(file -> names.add(String.valueOf(file.getFileName())));
        TrainerVersion.writeTo(training);
        return training;
    }

    /** Returns random images, which suffice to compare two runtimes. */
    private static float[] noise(NetworkDetector detector) {
        Random random = new Random(0);
        float[] images = new float[PARITY_IMAGES * 3 * detector.width() * detector.height()];
        for (int i = 0; i < images.length; i++) {
            images[i] = random.nextFloat();
        }
        return images;
    }
}
