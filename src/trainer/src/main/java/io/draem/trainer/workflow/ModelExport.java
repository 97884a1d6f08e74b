package io.draem.trainer.workflow;

import io.draem.model.ModelCard;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.checkpoint.NewFolders;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.onnxexport.ExportFormat;
import io.draem.trainer.onnxexport.ExportImages;
import io.draem.trainer.onnxexport.ExportRefusedException;
import io.draem.trainer.onnxexport.FormatExport;
import io.draem.trainer.onnxexport.FormatGraph;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Exports a network in several formats under one version number. Each graph is evaluated as it will be served: thresholds,
 * ranges, figures and report come from running that graph, with the difference of its figures to those of float32.
 *
 * @param draft card of the network, with the name of the model in float32; without images its calibration is kept
 * @param images of the model; null without any
 * @param thresholds how they are found
 * @param calibration number of images from which int8 takes its ranges
 */
record ModelExport(
        ModelCheckpoint model,
        ModelCard draft,
        @Nullable ModelImages images,
        ThresholdOptions thresholds,
        int calibration,
        int threads) {

    private static final String OF_FLOAT32 = "of the float32 network";
    private static final String OF_THIS_GRAPH = "of this graph";

    /**
     * Publishes each format as soon as it is complete.
     *
     * @param number version number of all formats
     * @throws StoppedBySignalException if a signal requested it; the unfinished version is deleted
     */
    void publish(List<ExportFormat> formats, Publisher publisher, int number, StopSignals signals, PrintWriter out)
            throws IOException, ExportRefusedException, GraphRefusedException, StoppedBySignalException {
        Path output = publisher.output();
        NewFolders folders = NewFolders.make(output);
        signals.hold("stopping before the next image and leaving no half of a version");
        List<ExportFormat> float32First = formats.stream().distinct().sorted().toList();
        try (FormatExport export = begin(float32First.get(0), output, number, signals)) {
            ModelEvaluator evaluator = images == null
                    ? null
                    : ModelEvaluator.of(images, thresholds).stoppedBy(signals);
            ModelEvaluation float32 = null;
            for (ExportFormat format : float32First) {
                signals.check();
                if (float32 == null && evaluator != null && format != ExportFormat.FP32) {
                    float32 = evaluator.evaluate(export.float32());
                }
                try (ModelVersion version = ModelVersion.begin(output, format.modelName(draft.model()), number);
                        FormatGraph graph = export.write(
                                format, version.file(Publisher.GRAPH), version.published(Publisher.GRAPH))) {
                    ModelEvaluation evaluation = evaluator == null ? null : evaluator.evaluate(graph.detector());
                    ModelCard card = card(format, graph, evaluation, float32);
                    if (evaluation != null && format == float32First.get(0)) {
                        evaluation.print(out);
                    }
                    if (format == ExportFormat.FP32) {
                        float32 = evaluation;
                    }
                    Publisher.PublishedGraph published = publisher.publish(version, graph, card, evaluation);
                    out.println(
                            FormatSummary.of(card, format, published.bytes(), published.folder(), evaluator != null));
                    out.flush();
                }
            }
            signals.check();
        } catch (CancellationException e) {
            throw new StoppedBySignalException(
                    "Stopped. What was published stays, and nothing else was written", signals.status());
        } finally {
            folders.removeEmpty();
            signals.release();
        }
    }

    /** Begins inside an unfinished version, so that the next export deletes what a killed one has left. */
    private FormatExport begin(ExportFormat first, Path output, int number, StopSignals signals)
            throws IOException, ExportRefusedException, GraphRefusedException {
        try (ModelVersion scratch = ModelVersion.begin(output, first.modelName(draft.model()), number)) {
            return FormatExport.of(
                    model,
                    draft,
                    exportImages(signals),
                    scratch.file(Publisher.GRAPH),
                    scratch.published(Publisher.GRAPH),
                    threads);
        }
    }

    private ExportImages exportImages(StopSignals signals) throws IOException {
        if (images == null) {
            return ExportImages.NONE;
        }
        EvaluationSet test = images.test();
        return new ExportImages(
                signals.stopping(images.calibration()),
                signals.stopping(test.size() > 0 ? test : images.validation()),
                calibration);
    }

    private ModelCard card(
            ExportFormat format,
            FormatGraph graph,
            @Nullable ModelEvaluation evaluation,
            @Nullable ModelEvaluation float32) {
        ObjectNode metrics = evaluation == null ? draft.metrics() : evaluation.metrics();
        ObjectNode export = graph.export();
        if (evaluation != null && float32 != null) {
            ObjectNode before = float32.metrics();
            String level = metrics.at("/image/auroc").isNumber() ? "" : "/validation";
            export.put("imageAurocLost", lost(before, metrics, level + "/image/auroc"));
            export.put("pixelAurocLost", lost(before, metrics, level + "/pixel/auroc"));
        }
        Calibration calibration = evaluation == null ? draft.calibration() : evaluation.calibration();
        ObjectNode training = model.training();
        boolean given = thresholds.rule() == ThresholdRule.MANUAL;
        String evaluated = images == null ? OF_FLOAT32 : OF_THIS_GRAPH;
        boolean pixelFound = images != null && thresholds.pixel() == null;
        String manual = pixelFound ? "as given (image), " + evaluated + " (pixel)" : "as given";
        export.put("figures", evaluated).put("thresholds", given ? manual : evaluated);
        if (images != null) {
            export.put("dataDigest", images.files().digest());
            training = given ? training : ManualThresholds.replacedByImages(training, images);
        }
        return new ModelCard(
                format.modelName(draft.model()),
                draft.width(),
                draft.height(),
                calibration,
                training,
                metrics,
                export,
                draft.images(),
                draft.whiteLevel(),
                draft.minRegionArea(),
                draft.framing());
    }

    private static @Nullable Double lost(ObjectNode before, ObjectNode after, String figure) {
        JsonNode was = before.at(figure);
        JsonNode is = after.at(figure);
        return was.isNumber() && is.isNumber() ? was.asDouble() - is.asDouble() : null;
    }
}
