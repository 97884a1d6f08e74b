package io.draem.runtime.detection;

import io.draem.model.ModelCard;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.runtime.onnx.RunFailedException;
import io.draem.runtime.onnx.Termination;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An opened graph as a detector, which splits what is larger than its batches. Used by one thread at a time. */
public final class ModelDetector implements AnomalyDetector {

    private final OnnxModel model;

    /** @param model which the calling code closes */
    public ModelDetector(OnnxModel model) {
        this.model = model;
    }

    /** {@inheritDoc} The maps have the graph's own size, which is that of the input unless anomalib exported it. */
    @Override
    public List<ModelOutput> detect(float[] images, int count) {
        return run(images, count, false);
    }

    /**
     * Runs the graph.
     *
     * @param images {@code [count, 3, height, width]} of the card's size, RGB, 0 to 1
     * @param reconstruction whether the outputs hold the reconstructed images, if the graph returns them
     * @return one output per image, in their order
     * @throws IllegalStateException if a run fails
     */
    public List<ModelOutput> run(float[] images, int count, boolean reconstruction) {
        ModelCard card = model.card();
        int length = 3 * card.width() * card.height();
        if (count < 1 || images.length != (long) count * length) {
            throw new IllegalArgumentException(
                    images.length + " values are not " + count + " images of " + card.width() + "x" + card.height());
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
}
