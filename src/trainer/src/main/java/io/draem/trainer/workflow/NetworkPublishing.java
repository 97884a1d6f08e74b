package io.draem.trainer.workflow;

import io.draem.model.ModelCard;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.onnxexport.DraemExporter;
import io.draem.trainer.onnxexport.ExportRefusedException;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import io.draem.trainer.onnxexport.Parity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Publishes a network, trained here or imported: graph, checkpoint, figures and, where images evaluated it, a report. */
final class NetworkPublishing {

    static final String CHECKPOINT = "checkpoint.safetensors";

    private NetworkPublishing() {}

    /**
     * What was published.
     *
     * @param folder of the version
     * @param parity how far the graph is from the network
     */
    record Published(Path folder, Parity parity) {}

    /**
     * Writes the next version of a model, compares the graph with the network, and makes the version visible.
     *
     * @param card of the network, its input that of the detector
     * @param figures what {@code metrics.json} holds beside parity and training
     * @param evaluation what the report shows; null where no images evaluated the network
     * @param images {@code [count, 3, height, width]}, to compare graph and network on
     * @throws ExportRefusedException if they differ
     */
    static Published publish(
            Path output,
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
                    version.file("model.onnx"),
                    version.published("model.onnx"),
                    images,
                    () -> detector.run(images, count));
            ObjectNode report = figures.deepCopy();
            parity.writeTo(report.putObject("parity"));
            report.set("training", card.training());
            ModelCheckpoint.file(weights, card).write(version.file(CHECKPOINT));
            Files.writeString(version.file("metrics.json"), report.toPrettyString() + "\n");
            if (evaluation != null) {
                Files.writeString(
                        version.file("report.html"),
                        evaluation.report(card, report, detector).html());
            }
            return new Published(version.publish(), parity);
        }
    }
}
