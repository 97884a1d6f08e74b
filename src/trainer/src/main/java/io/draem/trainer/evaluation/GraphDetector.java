package io.draem.trainer.evaluation;

import io.draem.model.ModelCard;
import io.draem.runtime.onnx.ExecutionOptions;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOpener;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.runtime.onnx.ProviderUnavailableException;
import io.draem.runtime.onnx.RunFailedException;
import io.draem.runtime.onnx.Termination;
import io.draem.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An exported graph on the CPU as a detector. Not safe for several threads. */
public final class GraphDetector implements AnomalyDetector, AutoCloseable {

    private final OnnxModel model;
    private final String sha256;

    private GraphDetector(OnnxModel model, String sha256) {
        this.model = model;
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
        return run(images, count, false);
    }

    /**
     * Returns all outputs of the graph, reconstructions included.
     *
     * @param images {@code [count, 3, height, width]} of the card's size, RGB, 0 to 1
     */
    public NetworkOutputs run(float[] images, int count) {
        return NetworkOutputs.of(run(images, count, true));
    }

    private List<ModelOutput> run(float[] images, int count, boolean reconstruction) {
        int length = 3 * card().width() * card().height();
        if (count < 1 || images.length != (long) count * length) {
            throw new IllegalArgumentException(images.length + " values are not " + count + " images of "
                    + card().width() + "x" + card().height());
        }
        List<ModelOutput> outputs = new ArrayList<>(count);
        while (outputs.size() < count) {
            List<ModelInput> batch = new ArrayList<>();
            for (int i = outputs.size(); i < count && batch.size() < model.maxBatchSize(); i++) {
                float[] pixels = Arrays.copyOfRange(images, i * length, (i + 1) * length);
                batch.add(new ModelInput(pixels, reconstruction));
            }
            try {
                outputs.addAll(model.run(batch, new Termination()));
            } catch (RunFailedException e) {
                throw new IllegalStateException(
                        "ONNX Runtime failed on a batch of " + batch.size() + ": " + e.getMessage(), e);
            }
        }
        return outputs;
    }

    @Override
    public void close() {
        model.close();
    }
}
