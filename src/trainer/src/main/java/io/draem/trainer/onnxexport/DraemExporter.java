package io.draem.trainer.onnxexport;

import io.draem.model.ModelCard;
import io.draem.trainer.checkpoint.AtomicFile;
import io.draem.trainer.checkpoint.Tensor;
import io.draem.trainer.evaluation.NetworkOutputs;
import io.draem.trainer.network.NetworkOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Writes a trained network as one ONNX file with its weights and its {@link ModelCard} inside. */
public final class DraemExporter {

    private static final String PRODUCER = "draem-trainer";

    private DraemExporter() {}

    /**
     * Writes the graph beside {@code file} and moves it there, so that nobody sees half of it.
     *
     * @param weights float32 or float64 tensors by anomalib's parameter names
     * @param options the widths that those weights have
     * @param card input size and what else the graph says of itself
     * @throws IllegalArgumentException if a weight is missing, not finite, or does not fit the options
     */
    public static void export(Map<String, Tensor> weights, NetworkOptions options, ModelCard card, Path file)
            throws IOException {
        Path part = AtomicFile.of(file);
        try {
            write(weights, options, card, part);
            AtomicFile.publish(part, file);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /**
     * Does what {@link #export} does, but moves the graph to {@code file} only if ONNX Runtime gives with it what the
     * network itself gives.
     *
     * @param published where people find the graph once its version is published: what a refusal names
     * @param images {@code [count, 3, height, width]}, real images of the card's size
     * @param reference gives what the network itself says of {@code images}, in evaluation mode
     * @return how far the two were apart
     * @throws ExportRefusedException if they differ by more than {@value ParityCheck#TOLERANCE}; a file that stood there
     *     is left as it was
     * @throws IllegalArgumentException if a weight is missing, not finite, or does not fit the options
     */
    public static Parity exportChecked(
            Map<String, Tensor> weights,
            NetworkOptions options,
            ModelCard card,
            Path file,
            Path published,
            float[] images,
            Supplier<NetworkOutputs> reference)
            throws IOException, ExportRefusedException {
        Path part = AtomicFile.of(file);
        try {
            write(weights, options, card, part);
            Parity parity = ParityCheck.check(part, images, reference.get());
            if (!parity.within(ParityCheck.TOLERANCE)) {
                throw new ExportRefusedException(published, parity, ParityCheck.TOLERANCE);
            }
            AtomicFile.publish(part, file);
            return parity;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static void write(Map<String, Tensor> weights, NetworkOptions options, ModelCard card, Path file)
            throws IOException {
        write(
                DraemGraph.of(new NamedWeights(weights), options, card.width(), card.height(), Arithmetic.FLOAT32),
                file,
                card);
    }

    static void write(OnnxGraph graph, Path file, ModelCard card) throws IOException {
        String version =
                Objects.requireNonNullElse(DraemExporter.class.getPackage().getImplementationVersion(), "development");
        graph.write(file, new OnnxGraph.Producer(PRODUCER, version), card.toMetadata());
    }
}
