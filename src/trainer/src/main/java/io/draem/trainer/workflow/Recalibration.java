package io.draem.trainer.workflow;

import io.draem.model.ModelCard;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.text.Counted;
import io.draem.trainer.data.Dataset;
import io.draem.trainer.data.DatasetCheck;
import io.draem.trainer.data.FirstPass;
import io.draem.trainer.data.Progress;
import io.draem.trainer.data.WhiteLevel;
import io.draem.trainer.evaluation.AnomalyDetector;
import io.draem.trainer.evaluation.CalibrationWarnings;
import io.draem.trainer.evaluation.Calibrator;
import io.draem.trainer.evaluation.CheckedImages;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.FrameDetector;
import io.draem.trainer.evaluation.FrameImages;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.ThresholdMove;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.onnxexport.GraphMetadata;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import io.draem.trainer.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    /** What was found out, to be published. */
    private record Found(ModelCard card, Scores scores, ThresholdMove move, ObjectNode metrics) {}

    /** Runs the graph over the images, finds thresholds, publishes, and prints what changes. */
    public void execute(PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, GraphRefusedException, TrainerException {
        ModelVersion.requireFolder(output);
        if (Files.isDirectory(model)) {
            throw new TrainerException("--model " + model + " is a folder: name the model.onnx in it");
        }
        Progress progress = Progress.on(log);
        DatasetCheck check = DatasetCheck.of(
                        Dataset.open(data, imagesFolder), List.of(), threads, progress, FirstPass.ofDigests())
                .requireAllUnless(skipUnreadable);
        check.notes().forEach(log::println);
        Dataset dataset = check.dataset();
        try (GraphDetector detector = GraphDetector.open(model, threads)) {
            ModelCard own = detector.card();
            CheckedImages images =
                    new CheckedImages(FrameImages.of(dataset.images().toList(), own), own);
            check.decoded().notes(WhiteLevel.of(own.whiteLevel())).forEach(log::println);
            log.flush();
            AnomalyDetector sized = detector.atInputSize();
            Scores scores = Scores.of(
                    images.reporting(progress, "Calibrating on %d images"),
                    new FrameDetector(sized, own.framing().score()));
            String unusual = images.note();
            if (unusual != null) {
                log.println(unusual);
            }
            Found found = find(own, detector.sha256(), dataset.digest(), scores);
            RecalibrationTable.print(out, own, found.card().calibration(), found.scores(), found.move());
            Path published = publish(found, images, sized, log);
            out.println("wrote " + published);
            out.flush();
        }
    }

    private Found find(ModelCard own, String graphDigest, String dataDigest, Scores scores) throws IOException {
        Calibration before = own.calibration();
        ThresholdOptions options = thresholds.rule() == ThresholdRule.MANUAL ? thresholds.orElse(before) : thresholds;
        Calibration after = Calibrator.calibrate(scores, false, options);
        ThresholdMove move = ThresholdMove.of(scores, before, after, options);
        ObjectNode metrics = Evaluation.figures(scores, after);
        List<String> warnings = CalibrationWarnings.of(after);
        if (!warnings.isEmpty()) {
            ArrayNode texts = metrics.putArray("warnings");
            warnings.forEach(texts::add);
        }
        ObjectNode json = metrics.putObject("recalibration");
        json.put("imageThresholdBefore", before.imageThreshold()).put("pixelThresholdBefore", before.pixelThreshold());
        move.before().writeTo(json.putObject("before"));
        move.after().writeTo(json.putObject("after"));
        move.crossFitted().ifPresent(fit -> {
            ObjectNode cross = json.putObject("crossFitted");
            fit.verdicts().writeTo(cross);
            cross.put("minThreshold", fit.min()).put("maxThreshold", fit.max());
        });
        json.put("changedVerdicts", move.changed().size());
        ObjectNode export = own.export().deepCopy();
        export.put("thresholds", "of this graph, on labeled images")
                .put("figures", "of this graph, on the images of the thresholds")
                .put("dataDigest", dataDigest)
                .put("recalibratedFrom", graphDigest);
        ModelCard card = new ModelCard(
                own.model(),
                own.width(),
                own.height(),
                after,
                own.training(),
                metrics,
                export,
                own.images(),
                own.whiteLevel(),
                minRegionArea == null ? own.minRegionArea() : minRegionArea,
                own.framing());
        return new Found(card, scores, move, metrics);
    }

    private Path publish(Found found, CheckedImages images, AnomalyDetector detector, PrintWriter log)
            throws IOException {
        ModelCard card = found.card();
        ObjectNode metrics = found.metrics().deepCopy();
        metrics.set("export", card.export());
        metrics.set("training", card.training());
        invocation.writeTo(metrics);
        try (ModelVersion version = ModelVersion.next(output, card.model())) {
            GraphMetadata.replace(model, version.file(Publisher.GRAPH), card);
            copyCheckpoint(card, version, log);
            Files.writeString(version.file("metrics.json"), metrics.toPrettyString() + "\n");
            String evaluated = Counted.of(images.size(), "labeled image") + " that also gave the thresholds";
            Files.writeString(
                    version.file("report.html"),
                    Report.of(card, metrics, evaluated, images, found.scores(), null, detector)
                            .html());
            return version.publish();
        }
    }

    /** Gives the checkpoint beside the graph the new thresholds too, so that a later export has them. */
    private void copyCheckpoint(ModelCard card, ModelVersion version, PrintWriter log) throws IOException {
        Path file = model.resolveSibling(Publisher.CHECKPOINT);
        if (!Files.exists(file)) {
            return;
        }
        ModelCheckpoint checkpoint = ModelCheckpoint.read(file);
        if (!checkpoint.training().equals(card.training())) {
            log.println("warning: " + file + " is of another training than the graph: it is not copied");
            log.flush();
            return;
        }
        ModelCheckpoint.file(checkpoint.weights(), card).write(version.file(Publisher.CHECKPOINT));
    }
}
