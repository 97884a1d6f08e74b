package io.draem.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.draem.model.ModelCard;
import io.draem.model.ModelContract;
import io.draem.score.AnomalyMap;
import io.draem.score.ScoreRange;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A graph in a session of ONNX Runtime. One thread at a time may run it, since runs share one input buffer; further
 * threads use a {@link #newRunner new runner} each. It must not be closed during a run.
 */
public final class OnnxModel implements AutoCloseable {

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final boolean owner;
    private final GraphContract.Signature signature;
    private final Placement placement;
    private final BatchRunner runner;

    private Duration runTime = Duration.ZERO;
    private int mapHeight;
    private int mapWidth;

    private OnnxModel(
            OrtEnvironment environment,
            OrtSession session,
            boolean owner,
            GraphContract.Signature signature,
            Placement placement,
            int maxBatchSize)
            throws OrtException {
        this.environment = environment;
        this.session = session;
        this.owner = owner;
        this.signature = signature;
        this.placement = placement;
        this.runner = new BatchRunner(environment, session, placement, card(), maxBatchSize);
    }

    /** Takes over a session; if this throws, the calling code closes it. */
    static OnnxModel of(
            OrtEnvironment environment,
            OrtSession session,
            GraphContract.Signature signature,
            Placement placement,
            int maxBatchSize)
            throws OrtException {
        return new OnnxModel(environment, session, true, signature, placement, maxBatchSize);
    }

    /** Returns a runner of a session on the CPU, which the calling code closes after it. */
    static OnnxModel runnerOf(
            OrtEnvironment environment, OrtSession session, GraphContract.Signature signature, int maxBatchSize)
            throws OrtException {
        return new OnnxModel(environment, session, false, signature, Placement.cpu(1, null), maxBatchSize);
    }

    /**
     * Takes over a session after it has run at every batch size and returned usable results; if this throws, the calling
     * code closes it.
     *
     * @throws GraphRefusedException if a result is not usable: the message names the value and the remedy
     */
    static OnnxModel warmedUp(
            OrtEnvironment environment,
            OrtSession session,
            GraphContract.Signature signature,
            Placement placement,
            int maxBatchSize)
            throws OrtException, RunFailedException, GraphRefusedException {
        OnnxModel model = of(environment, session, signature, placement, maxBatchSize);
        boolean warm = false;
        try {
            model.runTime = WarmUp.run(model);
            warm = true;
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new GraphRefusedException("Its warm-up run returns no usable result. " + e.getMessage());
        } finally {
            if (!warm) {
                model.runner.close();
            }
        }
        return model;
    }

    /**
     * Returns the same graph for another thread: in the same session, with an input buffer of its own. It must not run
     * after this one has been closed.
     *
     * @throws RunFailedException if the buffer cannot be created
     */
    public OnnxModel newRunner() throws RunFailedException {
        OnnxModel other;
        try {
            other = new OnnxModel(environment, session, false, signature, placement, maxBatchSize());
        } catch (OrtException e) {
            throw new RunFailedException(e);
        }
        other.runTime = runTime;
        other.mapHeight = mapHeight;
        other.mapWidth = mapWidth;
        return other;
    }

    /** Returns the metadata of the graph. */
    public ModelCard card() {
        return signature.card();
    }

    /** Returns the provider that runs the graph. */
    public ExecutionProvider provider() {
        return placement.device().provider();
    }

    /** Returns the device that runs the graph; other graphs may share it. */
    public Device device() {
        return placement.device();
    }

    /** Returns why the graph runs on the CPU instead of a GPU; null if it runs where the options say. */
    public @Nullable String fallback() {
        return placement.fallback();
    }

    /** Returns whether the graph returns normalized scores and maps; raw values are not available then. */
    public boolean scoresNormalized() {
        return signature.scoresNormalized();
    }

    /** Returns whether the graph has an output for the reconstruction. */
    public boolean reconstructs() {
        return signature.reconstructs();
    }

    /** Returns the height of the maps, which differs from that of the input if the graph resizes; 0 before the first run. */
    public int mapHeight() {
        return mapHeight;
    }

    /** Returns the width of the maps; 0 before the first run. */
    public int mapWidth() {
        return mapWidth;
    }

    /** Returns the largest batch that {@link #run(List, Termination)} takes. */
    public int maxBatchSize() {
        return runner.maxBatchSize();
    }

    /**
     * Runs a batch.
     *
     * @param batch at least one image, at most {@link #maxBatchSize()}
     * @param termination lets another thread end the run early, which then throws
     * @return one output per image, in their order; an image score that rounding has put outside 0 to 1 is clamped
     * @throws RunFailedException if the run fails or is terminated
     * @throws IllegalStateException if the graph returns another number of values than expected, or is closed
     */
    public List<ModelOutput> run(List<ModelInput> batch, Termination termination) throws RunFailedException {
        boolean reconstruct = reconstructs() && batch.stream().anyMatch(ModelInput::reconstruction);
        try (OrtSession.Result result = runner.run(batch, reconstruct, termination)) {
            if (mapHeight == 0) {
                measureMap(result);
            }
            FloatBuffer scores = floats(result, ModelContract.PRED_SCORE, batch.size(), 1);
            FloatBuffer maps = floats(result, ModelContract.ANOMALY_MAP, batch.size(), (long) mapWidth * mapHeight);
            FloatBuffer images = reconstruct
                    ? floats(result, ModelContract.RECONSTRUCTION, batch.size(), imageLength())
                    : FloatBuffer.allocate(0);
            List<ModelOutput> outputs = new ArrayList<>(batch.size());
            for (ModelInput one : batch) {
                float score = ScoreRange.clamped(scores.get());
                AnomalyMap map = new AnomalyMap(mapWidth, mapHeight, take(maps, mapWidth * mapHeight));
                float[] image = take(images, reconstruct ? imageLength() : 0);
                outputs.add(new ModelOutput(score, map, one.reconstruction() && reconstruct ? image : null));
            }
            return outputs;
        }
    }

    /** Throws {@link IllegalStateException} with {@link ModelOutput#problem()} if there is one. */
    public void check(ModelOutput output) {
        String problem = output.problem();
        if (problem != null) {
            throw new IllegalStateException(problem);
        }
    }

    /** Returns the time per image of the last run of the warm-up, without other load on the device; 0 without warm-up. */
    public Duration runTime() {
        return runTime;
    }

    @Override
    public void close() {
        runner.close();
        if (!owner) {
            return;
        }
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("The session did not close", e);
        }
    }

    /** [batch, (1,) height, width] */
    private void measureMap(OrtSession.Result result) {
        long[] shape = tensor(result, ModelContract.ANOMALY_MAP).getInfo().getShape();
        mapHeight = (int) shape[shape.length - 2];
        mapWidth = (int) shape[shape.length - 1];
    }

    private int imageLength() {
        return 3 * card().height() * card().width();
    }

    private static OnnxTensor tensor(OrtSession.Result result, String name) {
        return (OnnxTensor) result.get(name).orElseThrow();
    }

    private static FloatBuffer floats(OrtSession.Result result, String name, int batchSize, long length) {
        FloatBuffer values = tensor(result, name).getFloatBuffer();
        if (values.remaining() != batchSize * length) {
            throw new IllegalStateException("The graph's output '" + name + "' has " + values.remaining()
                    + " values for " + batchSize + " images, expected " + batchSize * length
                    + ": export the model again with a dynamic batch");
        }
        return values;
    }

    private static float[] take(FloatBuffer values, int length) {
        if (values.hasArray() && values.array().length == length) {
            return values.array(); // one image: already a copy that nothing else refers to
        }
        float[] taken = new float[length];
        values.get(taken);
        return taken;
    }
}
