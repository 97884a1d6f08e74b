package io.draem.trainer.workflow;

import io.draem.model.ModelCard;
import io.draem.runtime.detection.AnomalyDetector;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.onnxexport.DraemExporter;
import io.draem.trainer.onnxexport.ExportRefusedException;
import io.draem.trainer.onnxexport.FormatGraph;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import io.draem.trainer.onnxexport.Parity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Publishes versions of models, each completely or not at all: the graph, {@code metrics.json}, the checkpoint of a network
 * that was trained or imported, and a report if images evaluated the model.
 *
 * @param output model directory
 * @param invocation the command line of this run
 */
record Publisher(Path output, Invocation invocation) {

    static final String GRAPH = "model.onnx";
    static final String CHECKPOINT = "checkpoint.safetensors";

    /**
     * A published network.
     *
     * @param folder of the version
     * @param parity difference between graph and network
     */
    record Published(Path folder, Parity parity) {}

    /**
     * A published graph.
     *
     * @param folder of the version
     * @param bytes size of the graph's file
     */
    record PublishedGraph(Path folder, long bytes) {}

    /**
     * Publishes a network as the next version of its model, with its float32 graph and its checkpoint.
     *
     * @param card of the network, its input that of the detector
     * @param figures content of {@code metrics.json} before run, parity and training
     * @param evaluation content of the report; null if no images evaluated the network
     * @param images {@code [count, 3, height, width]}, on which graph and network are compared
     * @throws ExportRefusedException if they differ; nothing is published then
     */
    Published publish(
            ModelCard card,
            Map<String, Tensor> weights,
            NetworkDetector detector,
            ObjectNode figures,
            @Nullable ModelEvaluation evaluation,
            float[] images)
            throws IOException, ExportRefusedException {
        int count = images.length / (3 * card.width() * card.height());
        try (ModelVersion version = ModelVersion.next(output, card.model())) {
            Parity parity = DraemExporter.exportChecked(
                    weights,
                    detector.network().options(),
                    card,
                    version.file(GRAPH),
                    version.published(GRAPH),
                    images,
                    () -> detector.run(images, count));
            ObjectNode metrics = figures.deepCopy();
            invocation.writeTo(metrics);
            parity.writeTo(metrics.putObject("parity"));
            metrics.set("training", card.training());
            ModelCheckpoint.file(weights, card).write(version.file(CHECKPOINT));
            write(version, card, metrics, evaluation, detector);
            return new Published(version.publish(), parity);
        }
    }

    /**
     * Publishes a graph that is open in an unfinished version, with its card.
     *
     * @param evaluation of the graph, content of the report; null if no images evaluated it
     */
    PublishedGraph publish(
            ModelVersion version, FormatGraph graph, ModelCard card, @Nullable ModelEvaluation evaluation)
            throws IOException {
        ObjectNode metrics = card.metrics().deepCopy();
        metrics.set("export", card.export());
        metrics.set("training", card.training());
        invocation.writeTo(metrics);
        write(version, card, metrics, evaluation, graph.detector());
        graph.finish(card);
        // Measured before the version is visible: what fails afterwards would call a published version failed.
        long bytes = Files.size(version.file(GRAPH));
        return new PublishedGraph(version.publish(), bytes);
    }

    private static void write(
            ModelVersion version,
            ModelCard card,
            ObjectNode metrics,
            @Nullable ModelEvaluation evaluation,
            AnomalyDetector detector)
            throws IOException {
        Files.writeString(version.file("metrics.json"), metrics.toPrettyString() + "\n");
        if (evaluation != null) {
            Files.writeString(
                    version.file("report.html"),
                    evaluation.report(card, metrics, detector).html());
        }
    }
}
