package io.draem.trainer.workflow;

import io.draem.model.ModelCard;
import io.draem.runtime.detection.FrameDetector;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.text.Counted;
import io.draem.trainer.data.Dataset;
import io.draem.trainer.data.DatasetCheck;
import io.draem.trainer.data.FirstPass;
import io.draem.trainer.data.Progress;
import io.draem.trainer.data.WhiteLevel;
import io.draem.trainer.evaluation.CalibrationWarnings;
import io.draem.trainer.evaluation.Calibrator;
import io.draem.trainer.evaluation.CheckedImages;
import io.draem.trainer.evaluation.DefectSizeWarnings;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.FrameImages;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.ThresholdMove;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * New thresholds for a published graph from labeled images, as the next version of its model. The network stays as it is.
 *
 * @param model graph of a version
 * @param data labeled images, normal and anomalous
 * @param imagesFolder base of the paths of a manifest; null for the manifest's own
 * @param skipUnreadable whether to continue without the files that cannot be used
 * @param output model directory
 * @param thresholds how they are found
 * @param minRegionArea fewest pixels of a region of the model; null for the graph's
 * @param threads of ONNX Runtime
 * @param invocation the command line of this run
 */
public record Recalibration(
        Path model,
        Path data,
        @Nullable Path imagesFolder,
        boolean skipUnreadable,
        Path output,
        ThresholdOptions thresholds,
        @Nullable Integer minRegionArea,
        int threads,
        Invocation invocation) {

    /** Among the options of a training: digest of the graph whose thresholds were replaced. */
    public static final String FROM = "recalibratedFrom";

    private static final String FOUND = "labeled images (recalibrate)";
    private static final String GIVEN = "as given (recalibrate)";
    private static final String KEPT = "as before";

    /**
     * Runs the graph over the images, finds thresholds, publishes, and prints what changes.
     *
     * @throws StoppedBySignalException if a signal requested it; nothing is published then
     */
    public void execute(PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, GraphRefusedException, TrainerException,
                    StoppedBySignalException {
        ModelVersion.requireFolder(output);
        if (Files.isDirectory(model)) {
            throw new TrainerException("--model " + model + " is a folder: name the model.onnx in it");
        }
        try (GraphDetector detector = GraphDetector.open(model, threads);
                StopSignals signals = StopSignals.handle(log)) {
            if (detector.scoresNormalized()) {
                throw new TrainerException(
                        "The thresholds of " + model
                                + " are inside its graph, which anomalib exported: import its checkpoint, and recalibrate that");
            }
            RecalibratedVersion version = RecalibratedVersion.of(this, detector, log);
            FirstPass pass = FirstPass.ofDigests();
            Dataset dataset = dataset(pass, detector.card(), log);
            String dataDigest = dataset.digest(pass.digests());
            requireOtherImages(dataDigest, detector.card());
            signals.hold("stopping before the next image");
            try {
                out.println("wrote " + publish(detector, dataset, dataDigest, version, signals, out, log));
                out.flush();
            } catch (CancellationException e) {
                throw new StoppedBySignalException("Stopped: nothing was written", signals.status());
            } finally {
                signals.release();
            }
        }
    }

    private Dataset dataset(FirstPass pass, ModelCard card, PrintWriter log) throws IOException, InterruptedException {
        DatasetCheck check = DatasetCheck.of(
                        Dataset.open(data, imagesFolder), List.of(), threads, Progress.on(log), pass)
                .requireAllUnless(skipUnreadable);
        check.notes().forEach(log::println);
        check.decoded().notes(WhiteLevel.of(card.whiteLevel())).forEach(log::println);
        log.flush();
        return check.dataset();
    }

    private void requireOtherImages(String dataDigest, ModelCard card) throws TrainerException {
        if (dataDigest.equals(card.training().path("dataDigest").asString(""))) {
            throw new TrainerException("The model was trained on " + data
                    + ": thresholds from images that it knows are too low. Give images of the line, or change the rule with"
                    + " export --data");
        }
    }

    private Path publish(
            GraphDetector detector,
            Dataset dataset,
            String dataDigest,
            RecalibratedVersion version,
            StopSignals signals,
            PrintWriter out,
            PrintWriter log)
            throws IOException, GraphRefusedException, TrainerException {
        ModelCard own = detector.card();
        CheckedImages images = new CheckedImages(
                signals.stopping(FrameImages.of(dataset.images().toList(), own)), own);
        FrameDetector frames =
                new FrameDetector(detector.atInputSize(), own.framing().score());
        Scores scores = Scores.of(images.reporting(Progress.on(log), "Calibrating on %d images"), frames);
        String unusual = images.note();
        if (unusual != null) {
            log.println(unusual);
        }
        DefectSizeWarnings.of(scores.defectSizes(), own.framing(), own.input())
                .ifPresent(warning -> log.println("warning: " + warning));
        log.flush();
        ThresholdOptions options =
                thresholds.rule() == ThresholdRule.MANUAL ? thresholds.orElse(own.calibration()) : thresholds;
        Calibration found = Calibrator.calibrate(scores, false, options);
        ThresholdMove move = ThresholdMove.of(scores, own.calibration(), found, options);
        Calibration after = found.withFalseAlarms(falseAlarms(found, move));
        RecalibrationTable.print(out, own, after, scores, move);
        ModelCard card =
                card(own, after, training(own, detector.sha256(), dataDigest), metrics(own, after, scores, move));
        ObjectNode figures = version.figures(card, invocation);
        ObjectNode reported = figures.deepCopy();
        reported.setAll(Evaluation.figures(scores, after));
        String evaluated = Counted.of(images.size(), "labeled image")
                + (after.rule() == ThresholdRule.MANUAL
                        ? ""
                        : " that also gave the thresholds: take the figures for optimistic");
        Report report = Report.of(card, reported, evaluated, images, scores, null, detector.atInputSize());
        signals.check();
        return version.publish(card, figures, report);
    }

    /**
     * Returns how many of the normal images stand for those to expect; null where nothing is known. A threshold that was chosen
     * by these very verdicts has more false alarms elsewhere: those of the folds count then.
     */
    private static @Nullable Integer falseAlarms(Calibration found, ThresholdMove move) {
        return switch (found.rule()) {
            case QUANTILE, MANUAL -> found.normalAbove();
            case F1, RECALL ->
                move.crossFitted().map(fit -> fit.verdicts().falsePositives()).orElse(null);
        };
    }

    private ObjectNode training(ModelCard own, String graphDigest, String dataDigest) {
        ObjectNode training = own.training().deepCopy();
        boolean manual = thresholds.rule() == ThresholdRule.MANUAL;
        ManualThresholds.note(
                training,
                !manual ? FOUND : thresholds.image() != null ? GIVEN : KEPT,
                !manual ? FOUND : thresholds.pixel() != null ? GIVEN : KEPT,
                dataDigest);
        return training.put(FROM, graphDigest);
    }

    /** Returns the figures that the model had, without what hangs on its thresholds, with those of the labeled images. */
    private static ObjectNode metrics(ModelCard own, Calibration after, Scores scores, ThresholdMove move) {
        ObjectNode metrics = Evaluation.atOtherThresholds(own.metrics(), after);
        metrics.set("validation", Evaluation.ranking(scores, after));
        metrics.remove("warnings");
        List<String> warnings = CalibrationWarnings.of(after);
        if (!warnings.isEmpty()) {
            ArrayNode texts = metrics.putArray("warnings");
            warnings.forEach(texts::add);
        }
        ObjectNode json = metrics.putObject("recalibration");
        Calibration before = own.calibration();
        json.put("imageThresholdBefore", before.imageThreshold()).put("pixelThresholdBefore", before.pixelThreshold());
        move.before().writeTo(json.putObject("before"));
        move.after().writeTo(json.putObject("after"));
        move.crossFitted().ifPresent(fit -> {
            ObjectNode cross = json.putObject("crossFitted");
            fit.verdicts().writeTo(cross);
            cross.put("minThreshold", fit.min()).put("maxThreshold", fit.max());
        });
        json.put("changedVerdicts", move.changed().size());
        return metrics;
    }

    private ModelCard card(ModelCard own, Calibration after, ObjectNode training, ObjectNode metrics) {
        ObjectNode export = own.export().deepCopy();
        Stream.of("imageAurocLost", "pixelAurocLost").forEach(export::remove); // of other images
        String source = training.path("thresholdSource").path("image").asString("");
        export.put("thresholds", source).put("figures", "of this graph");
        export.put("dataDigest", training.path("calibrationDataDigest").asString(""));
        return new ModelCard(
                own.model(),
                own.width(),
                own.height(),
                after,
                training,
                metrics,
                export,
                own.images(),
                own.whiteLevel(),
                minRegionArea == null ? own.minRegionArea() : minRegionArea,
                own.framing());
    }
}
