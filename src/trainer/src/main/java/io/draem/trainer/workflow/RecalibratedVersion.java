package io.draem.trainer.workflow;

import io.draem.model.ModelCard;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.text.Sha256;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.onnxexport.ExportFormat;
import io.draem.trainer.onnxexport.GraphMetadata;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import io.draem.trainer.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The next version of a graph's model: the same graph with another card, and what else its folder holds of the same training.
 *
 * @param graph file of the version before
 * @param digest of that file as it was opened
 * @param output model directory
 * @param base name of the model in float32
 * @param name of the model
 * @param checkpoint of the same training beside the graph; null for none
 * @param curves of the training, from {@code metrics.json} beside the graph
 * @param threads of ONNX Runtime
 */
record RecalibratedVersion(
        Path graph,
        String digest,
        Path output,
        String base,
        String name,
        @Nullable ModelCheckpoint checkpoint,
        ObjectNode curves,
        int threads) {

    /**
     * Reads what is beside a graph, before any long work.
     *
     * @throws TrainerException if the graph's name of its model is none
     */
    static RecalibratedVersion of(Recalibration run, GraphDetector detector, PrintWriter log) throws TrainerException {
        ModelCard card = detector.card();
        String name = card.model();
        String suffix = "-" + card.export().path("format").asString("");
        String base = name.endsWith(suffix) && !suffix.equals("-" + ExportFormat.FP32)
                ? name.substring(0, name.length() - suffix.length())
                : name;
        try {
            ModelVersion.requireName(name);
            ModelVersion.requireName(base);
        } catch (IllegalArgumentException e) {
            throw new TrainerException(
                    "The graph cannot be published under the name in its metadata: " + e.getMessage());
        }
        return new RecalibratedVersion(
                run.model(),
                detector.sha256(),
                run.output(),
                base,
                name,
                checkpoint(run.model(), card, log),
                TrainingCurves.beside(run.model(), card, log::println),
                run.threads());
    }

    private static @Nullable ModelCheckpoint checkpoint(Path graph, ModelCard card, PrintWriter log) {
        Path file = graph.resolveSibling(Publisher.CHECKPOINT);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            ModelCheckpoint checkpoint = ModelCheckpoint.read(file);
            if (checkpoint.training().equals(card.training())) {
                return checkpoint;
            }
            log.println("warning: " + file + " is of another training than the graph: the version gets no checkpoint");
        } catch (IOException e) {
            log.println("warning: the version gets no checkpoint: " + e.getMessage());
        }
        log.flush();
        return null;
    }

    /** Returns the content of {@code metrics.json}. */
    ObjectNode figures(ModelCard card, Invocation invocation) {
        ObjectNode figures = card.metrics().deepCopy();
        figures.setAll(curves);
        figures.set("export", card.export());
        figures.set("training", card.training());
        invocation.writeTo(figures);
        return figures;
    }

    /**
     * Publishes and returns the folder.
     *
     * @param figures content of {@code metrics.json}
     * @throws TrainerException if the graph's file has changed since it was opened, or a copy of it cannot be run
     */
    Path publish(ModelCard card, ObjectNode figures, Report report) throws IOException, TrainerException {
        int number = ModelVersion.nextNumber(output, base);
        try (ModelVersion version = ModelVersion.begin(output, name, number)) {
            Path copy = version.file(Publisher.GRAPH);
            GraphMetadata.replace(graph, copy, card);
            try (GraphDetector after = GraphDetector.open(copy, threads)) {
                if (!Sha256.hex(GraphFile.read(graph, Long.MAX_VALUE).digest()).equals(digest)) {
                    throw new TrainerException(graph + " has changed since this run began: run it again");
                }
                if (!after.card().toMetadata().equals(card.toMetadata())) {
                    throw new IOException("The copy of " + graph + " does not hold its new thresholds");
                }
            } catch (GraphRefusedException e) {
                throw new TrainerException(
                        "A copy of " + graph + " cannot be run, as one whose weights are in other files:"
                                + " export its checkpoint again, and recalibrate that. " + e.getMessage());
            }
            if (checkpoint != null) {
                ModelCheckpoint.file(checkpoint.weights(), card).write(version.file(Publisher.CHECKPOINT));
            }
            Files.writeString(version.file("metrics.json"), figures.toPrettyString() + "\n");
            Files.writeString(version.file("report.html"), report.html());
            return version.publish();
        }
    }
}
