package io.draem.trainer.evaluation;

import io.draem.model.ModelCard;
import io.draem.runtime.detection.AnomalyDetector;
import io.draem.runtime.detection.FrameDetector;
import io.draem.runtime.detection.ModelDetector;
import io.draem.runtime.onnx.ExecutionOptions;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.runtime.onnx.ModelOpener;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.runtime.onnx.ProviderUnavailableException;
import io.draem.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** An exported graph on the CPU as a detector. Not safe for several threads. */
public final class GraphDetector implements AnomalyDetector, AutoCloseable {

    private final OnnxModel model;
    private final ModelDetector detector;
    private final String sha256;

    private GraphDetector(OnnxModel model, String sha256) {
        this.model = model;
        this.detector = new ModelDetector(model);
        this.sha256 = sha256;
    }

    /** Opens a graph for batches of up to {@value FrameDetector#BATCH} images, see {@link #open(Path, int, int)}. */
    public static GraphDetector open(Path file, int threads) throws IOException, GraphRefusedException {
        return open(file, threads, FrameDetector.BATCH);
    }

    /**
     * Opens a graph of this project, or one that anomalib exported.
     *
     * @param threads per run
     * @param batchSize largest batch of a run; larger ones are split
     * @throws NoSuchFileException if there is no such file
     * @throws GraphRefusedException if it cannot be run; the message names the file and the reason
     */
    public static GraphDetector open(Path file, int threads, int batchSize) throws IOException, GraphRefusedException {
        if (Files.notExists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        ModelOpener opener = new ModelOpener(ExecutionOptions.cpu(threads, batchSize));
        try {
            GraphFile read = GraphFile.read(file, Long.MAX_VALUE);
            return new GraphDetector(opener.open(read).get(0), Sha256.hex(read.digest()));
        } catch (GraphRefusedException e) {
            throw new GraphRefusedException("Cannot load the graph " + file + ": " + e.getMessage());
        } catch (ProviderUnavailableException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Returns the metadata of the graph. */
    public ModelCard card() {
        return model.card();
    }

    /** Returns whether the graph returns normalized scores, as those of anomalib do; their thresholds are inside it. */
    public boolean scoresNormalized() {
        return model.scoresNormalized();
    }

    /** Returns the SHA-256, in hex, of the graph that was opened, followed by its files with weights in the order of names. */
    public String sha256() {
        return sha256;
    }

    /** Returns this detector with its maps at the model's input size; those of anomalib's graphs are larger. */
    public AnomalyDetector atInputSize() {
        return (images, count) -> detect(images, count).stream()
                .map(output ->
                        new ModelOutput(output.score(), output.map().resized(card().width(), card().height()), null))
                .toList();
    }

    /** {@inheritDoc} The maps have the graph's own size, which is that of the input unless anomalib exported it. */
    @Override
    public List<ModelOutput> detect(float[] images, int count) {
        return detector.detect(images, count);
    }

    /**
     * Returns all outputs of the graph, reconstructions included.
     *
     * @param images {@code [count, 3, height, width]} of the card's size, RGB, 0 to 1
     */
    public NetworkOutputs run(float[] images, int count) {
        return NetworkOutputs.of(detector.run(images, count, true));
    }

    @Override
    public void close() {
        model.close();
    }
}
