package io.draem.trainer;

import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.trainer.NetworkPublishing.Published;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.data.WhiteLevel;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.export.ExportFormat;
import io.draem.trainer.export.ExportRefusedException;
import io.draem.trainer.imported.ImportedNetwork;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.Threads;
import io.draem.trainer.synthesis.SynthesisOptions;
import io.draem.trainer.training.Recipe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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
 * @param size sides of its input
 * @param thresholds where they come from
 * @param threads of libtorch
 */
record ImportRun(List<Path> files, Path output, String name, int size, Thresholds thresholds, int threads) {

    private static final int PARITY_IMAGES = 2;

    /** Of images held out for synthetic validation, which no import does. */
    private static final double UNUSED_SHARE = 0.2;

    /**
     * Where thresholds come from.
     *
     * @param data labelled images; null to take those of the checkpoint, or the given ones
     * @param validation which of them
     * @param skipUnreadable whether to go on without those that cannot be used
     * @param seed of their choice
     * @param whiteLevel of deep images: of the model and of the labelled images
     * @param image given by a person, before all else
     * @param pixel given by a person, before all else
     */
    record Thresholds(
            @Nullable Path data,
            ValidationSplit validation,
            boolean skipUnreadable,
            long seed,
            WhiteLevel whiteLevel,
            @Nullable Double image,
            @Nullable Double pixel) {}

    /** Imports, calibrates, exports and publishes; says on {@code out} what it did and on {@code log} what to beware of. */
    void execute(PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, ExportRefusedException, TrainerException,
                    StoppedBySignalException {
        Threads.use(threads);
        ImportedNetwork imported = ImportedNetwork.read(files);
        out.printf(
                "%s: %s, widths %d and %d%s%ninput %d×%d pixels%n",
                name,
                imported.origin(),
                imported.options().baseWidth(),
                imported.options().discriminativeBaseWidth(),
                imported.options().sspcab() ? ", SSPCAB" : "",
                size,
                size);
        out.flush();
        ModelImages images = thresholds.data() == null ? null : open(thresholds.data(), out);
        try (StopSignals signals = StopSignals.handle(log);
                DraemNetwork network = DraemNetwork.load(imported.options(), imported.weights())) {
            NetworkDetector detector = new NetworkDetector(network, size, size);
            signals.hold("stopping as soon as nothing is left half done");
            Published published = images == null
                    ? publish(imported, detector, out, log)
                    : publishJudged(imported, detector, images, signals, out);
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

    private ModelImages open(Path data, PrintWriter out) throws IOException, InterruptedException, TrainerException {
        Recipe.Validation validation = new Recipe.Validation(thresholds.validation(), UNUSED_SHARE);
        ModelImages images = ModelImages.open(
                data,
                null,
                thresholds.skipUnreadable(),
                new ModelImages.Options(
                        size, size, validation, SynthesisOptions.DEFAULTS, thresholds.seed(), thresholds.whiteLevel()),
                threads);
        out.println(name + ": " + images.judgingSummary());
        out.flush();
        return images;
    }

    private Published publishJudged(
            ImportedNetwork imported,
            NetworkDetector detector,
            ModelImages images,
            StopSignals signals,
            PrintWriter out)
            throws IOException, ExportRefusedException, StoppedBySignalException {
        try {
            Judgement judgement = Judge.of(images, ThresholdOptions.DEFAULTS)
                    .stoppedBy(signals)
                    .judge(detector);
            judgement.print(out);
            ObjectNode training = training(imported);
            ManualThresholds.noteImages(training, images);
            training.set(
                    "validation",
                    JsonMapper.shared().valueToTree(images.options().validation()));
            training.put("seed", images.options().seed()); // so that an export splits them in the same way
            ModelCard card =
                    card(judgement.calibration(), training, judgement.metrics()).withWhiteLevel(images.whiteLevel());
            Published published = NetworkPublishing.publish(
                    output, card, imported.weights(), detector, card.metrics(), judgement, images.parityImages());
            out.println(judgement.summary(card.metrics()));
            return published;
        } catch (CancellationException e) {
            throw new StoppedBySignalException("Stopped: nothing was written", signals.status());
        }
    }

    private Published publish(ImportedNetwork imported, NetworkDetector detector, PrintWriter out, PrintWriter log)
            throws IOException, ExportRefusedException {
        ManualThresholds manual = ManualThresholds.of(imported.statistics(), thresholds.image(), thresholds.pixel());
        ObjectNode training = training(imported);
        manual.writeTo(training);
        ObjectNode metrics = JsonNodeFactory.instance.objectNode();
        if (!manual.warnings().isEmpty()) {
            manual.warnings().forEach(metrics.putArray("warnings")::add);
        }
        // Without images only a given level is known.
        OptionalInt given = thresholds.whiteLevel().given();
        ModelCard card = card(manual.calibration(), training, metrics)
                .withWhiteLevel(
                        given.isPresent() && given.getAsInt() < ModelCard.MOST_WHITE_LEVEL
                                ? given
                                : OptionalInt.empty());
        Published published =
                NetworkPublishing.publish(output, card, imported.weights(), detector, metrics, null, noise());
        out.println(manual);
        manual.warnings().forEach(warning -> log.println("warning: " + warning));
        log.flush();
        return published;
    }

    private ModelCard card(Calibration calibration, ObjectNode training, ObjectNode metrics) {
        ObjectNode export = JsonNodeFactory.instance.objectNode().put("format", ExportFormat.FP32.toString());
        return new ModelCard(name, size, size, calibration, training, metrics, export);
    }

    private ObjectNode training(ImportedNetwork imported) {
        ObjectNode training = JsonNodeFactory.instance.objectNode();
        training.put("imageSize", size);
        training.set("network", JsonMapper.shared().valueToTree(imported.options()));
        training.put("importedFrom", imported.origin().toString());
        ArrayNode names = training.putArray("importedFiles");
        files.forEach(file -> names.add(String.valueOf(file.getFileName())));
        TrainerVersion.writeTo(training);
        return training;
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
