package io.draem.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.draem.model.ModelCard;
import io.draem.model.ModelContract;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs batches in a session from one input buffer, so that one thread at a time may use it. Closing it releases the buffer
 * and leaves the session open.
 */
final class BatchRunner implements AutoCloseable {

    private static final Set<String> VERDICT = Set.of(ModelContract.PRED_SCORE, ModelContract.ANOMALY_MAP);
    private static final Set<String> VERDICT_AND_RECONSTRUCTION =
            Set.of(ModelContract.PRED_SCORE, ModelContract.ANOMALY_MAP, ModelContract.RECONSTRUCTION);

    private final OrtSession session;
    private final Placement placement;
    private final int imageLength;
    private final FloatBuffer pixels;
    /** One per batch size, each a view of {@link #pixels}: a run does not copy its input again. */
    private final List<OnnxTensor> inputs = new ArrayList<>();

    /** @param card holds the size of the session's input */
    BatchRunner(OrtEnvironment environment, OrtSession session, Placement placement, ModelCard card, int maxBatchSize)
            throws OrtException {
        this.session = session;
        this.placement = placement;
        this.imageLength = 3 * card.height() * card.width();
        this.pixels = ByteBuffer.allocateDirect(Math.multiplyExact(maxBatchSize * Float.BYTES, imageLength))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        boolean complete = false;
        try {
            for (int size = 1; size <= maxBatchSize; size++) {
                long[] shape = {size, 3, card.height(), card.width()};
                inputs.add(OnnxTensor.createTensor(environment, pixels.slice(0, size * imageLength), shape));
            }
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    int maxBatchSize() {
        return inputs.size();
    }

    /**
     * Runs a batch.
     *
     * @param reconstruct whether the result holds the reconstruction, which the graph must have as an output
     * @return the result, which the caller closes
     * @throws RunFailedException if the run fails or is terminated
     */
    OrtSession.Result run(List<ModelInput> batch, boolean reconstruct, Termination termination)
            throws RunFailedException {
        for (int i = 0; i < batch.size(); i++) {
            pixels.put(i * imageLength, batch.get(i).pixels());
        }
        Map<String, OnnxTensor> input = Map.of(ModelContract.INPUT, inputs.get(batch.size() - 1));
        try (OrtSession.RunOptions options = placement.newRunOptions()) {
            termination.onRequest(() -> terminate(options));
            try {
                return session.run(input, reconstruct ? VERDICT_AND_RECONSTRUCTION : VERDICT, options);
            } finally {
                // The options are closed next, and must not be used after that.
                termination.clear();
            }
        } catch (OrtException e) {
            throw new RunFailedException(e);
        }
    }

    /** Ends the run before its next operator. */
    private static void terminate(OrtSession.RunOptions options) {
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            throw new IllegalStateException("The run cannot be terminated", e);
        }
    }

    @Override
    public void close() {
        inputs.forEach(OnnxTensor::close);
    }
}
