package io.draem.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.draem.model.ModelCard;
import io.draem.model.ModelContract;
import io.draem.score.AnomalyMap;
import io.draem.score.ScoreRange;
import io.draem.text.SafeText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A graph in a session of ONNX Runtime. One thread at a time may run it, since runs share one input buffer; another one
 * runs it {@link #beside beside}. It must not be closed while it runs.
 */
public final class OnnxModel implements AutoCloseable {

    private static final Set<String> VERDICT = Set.of(ModelContract.PRED_SCORE, ModelContract.ANOMALY_MAP);
    private static final Set<String> VERDICT_AND_RECONSTRUCTION =
            Set.of(ModelContract.PRED_SCORE, ModelContract.ANOMALY_MAP, ModelContract.RECONSTRUCTION);

    /**
     * How far the answers to one image alone and in a batch may be apart. Kernels, and so the rounding of reduced
     * precision, may differ with the batch size.
     */
    private static final double SAME = 0.1;

    private static final String REMEDY =
            ": export the model again, in float32 if it is float16 or int8, and so that it ends" + " in probabilities";

    private final OrtSession session;
    private final boolean owner;
    private final GraphSignature signature;
    private final Placement placement;
    private final boolean reconstructs;
    private final FloatBuffer pixels;
    private final List<OnnxTensor> inputs = new ArrayList<>();
    private Duration runTime = Duration.ZERO;
    private int mapHeight;
    private int mapWidth;

    private OnnxModel(
            OrtSession session, boolean owner, GraphSignature signature, Placement placement, int maxBatchSize) {
        this.session = session;
        this.owner = owner;
        this.signature = signature;
        this.placement = placement;
        this.reconstructs = session.getOutputNames().contains(ModelContract.RECONSTRUCTION);
        this.pixels = ByteBuffer.allocateDirect(Math.multiplyExact(maxBatchSize * Float.BYTES, imageLength()))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /**
     * Takes over a session once it has run at every batch size that it will see, on images like photographs, and its answers
     * were of use; until then the caller closes it.
     *
     * @throws GraphRefusedException if an answer is of no use: the message names the value and the remedy
     */
    static OnnxModel warmedUp(
            OrtEnvironment environment,
            OrtSession session,
            GraphSignature signature,
            Placement placement,
            int maxBatchSize)
            throws OrtException, GraphRefusedException {
        OnnxModel model = new OnnxModel(session, true, signature, placement, maxBatchSize);
        boolean warm = false;
        try {
            model.warmUp(environment, maxBatchSize);
            warm = true;
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new GraphRefusedException("Its warm-up run gives no usable answer. " + e.getMessage());
        } finally {
            if (!warm) {
                model.inputs.forEach(OnnxTensor::close);
            }
        }
        return model;
    }

    private void warmUp(OrtEnvironment environment, int maxBatchSize) throws OrtException {
        List<ModelInput> images = WarmUpImage.pair(card());
        addInput(environment);
        List<ModelOutput> alone = new ArrayList<>();
        for (ModelInput image : images) {
            alone.addAll(warmUp(List.of(new ModelInput(image.pixels(), reconstructs))));
        }
        for (int n = 2; n <= maxBatchSize; n++) {
            addInput(environment);
            List<ModelInput> batch = new ArrayList<>(n);
            for (int i = 0; i < n; i++) {
                batch.add(images.get(i % images.size()));
            }
            List<ModelOutput> together = warmUp(batch);
            for (int i = 0; i < n; i++) {
                requireSame(alone.get(i % images.size()), together.get(i), n);
            }
        }
    }

    private List<ModelOutput> warmUp(List<ModelInput> batch) throws OrtException {
        long start = System.nanoTime();
        List<ModelOutput> outputs = run(batch, new Termination());
        runTime = Duration.ofNanos((System.nanoTime() - start) / batch.size());
        outputs.forEach(this::check);
        return outputs;
    }

    private static void requireSame(ModelOutput alone, ModelOutput together, int batchSize) {
        float[] expected = alone.map().values();
        float[] values = together.map().values();
        double difference = 0;
        for (int i = 0; i < values.length; i++) {
            difference += Math.abs(values[i] - expected[i]);
        }
        if (Math.abs(together.score() - alone.score()) > SAME || difference / values.length > SAME) {
            throw new IllegalStateException("An image has the score " + alone.score() + " alone and " + together.score()
                    + " in a batch of " + batchSize + ", and its map differs by " + difference / values.length
                    + " on average: export the model in evaluation mode, so that images in a batch do not influence each"
                    + " other");
        }
    }

    /**
     * Returns the same graph for a further thread: in the same session, with an input buffer of its own. It must not run
     * any more once this one is closed.
     */
    OnnxModel beside(OrtEnvironment environment) throws OrtException {
        OnnxModel other = new OnnxModel(session, false, signature, placement, maxBatchSize());
        boolean made = false;
        try {
            while (other.maxBatchSize() < maxBatchSize()) {
                other.addInput(environment);
            }
            other.runTime = runTime;
            other.mapHeight = mapHeight;
            other.mapWidth = mapWidth;
            made = true;
            return other;
        } finally {
            if (!made) {
                other.close();
            }
        }
    }

    /** Adds the tensor of the next batch size. Every one is a view of the same memory: a run copies no input again. */
    private void addInput(OrtEnvironment environment) throws OrtException {
        int size = inputs.size() + 1;
        long[] shape = {size, 3, card().height(), card().width()};
        inputs.add(OnnxTensor.createTensor(environment, pixels.slice(0, size * imageLength()), shape));
    }

    /** Returns what the graph says of itself. */
    public ModelCard card() {
        return signature.card();
    }

    /** Returns where the graph runs. */
    public ExecutionProvider provider() {
        return placement.device().provider();
    }

    /** Returns what the graph runs on, which other graphs may share. */
    public Device device() {
        return placement.device();
    }

    /** Returns why the graph runs on the CPU though a GPU was looked for; null where it runs as was asked. */
    public @Nullable String fallback() {
        return placement.fallback();
    }

    /** Tells whether score and map come normalized out of the graph: the raw values are not known then. */
    public boolean scoresNormalized() {
        return signature.scoresNormalized();
    }

    /** Tells whether the graph gives the repaired image. */
    public boolean reconstructs() {
        return reconstructs;
    }

    /** Returns the height of the maps; a graph with a resize inside gives them another size than its input has. */
    public int mapHeight() {
        return mapHeight;
    }

    /** Returns the width of the maps. */
    public int mapWidth() {
        return mapWidth;
    }

    /** Returns the largest batch that {@link #run(List, Termination)} takes. */
    public int maxBatchSize() {
        return inputs.size();
    }

    /**
     * Runs a batch.
     *
     * @param batch at least one image, at most {@link #maxBatchSize()}
     * @param termination by which another thread may end the run early; it then throws
     * @return one output for each image, in their order
     * @throws OrtException if the run fails, or was ended
     * @throws IllegalStateException if the graph gives another number of values than it promised, or is closed
     */
    public List<ModelOutput> run(List<ModelInput> batch, Termination termination) throws OrtException {
        for (int i = 0; i < batch.size(); i++) {
            pixels.put(i * imageLength(), batch.get(i).pixels());
        }
        boolean reconstruct = reconstructs && batch.stream().anyMatch(ModelInput::reconstruction);
        OnnxTensor input = inputs.get(batch.size() - 1);
        try (OrtSession.Result result = run(input, reconstruct ? VERDICT_AND_RECONSTRUCTION : VERDICT, termination)) {
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
                float score = probability(scores.get());
                AnomalyMap map = new AnomalyMap(mapWidth, mapHeight, take(maps, mapWidth * mapHeight));
                float[] image = take(images, reconstruct ? imageLength() : 0);
                outputs.add(new ModelOutput(score, map, one.reconstruction() && reconstruct ? image : null));
            }
            return outputs;
        }
    }

    /** Throws {@link IllegalStateException} unless score and map are 0 to 1; the message names the first other value. */
    public void check(ModelOutput output) {
        if (!ScoreRange.contains(output.score())) {
            throw new IllegalStateException("The graph's score is " + output.score() + ", not 0 to 1" + REMEDY);
        }
        float[] map = output.map().values();
        if (!ScoreRange.containsAll(map)) {
            throw new IllegalStateException("The graph's anomaly map holds " + ScoreRange.firstOutside(map)
                    + ", not 0 to 1, beside the score " + output.score() + REMEDY);
        }
        float[] reconstruction = output.reconstruction();
        if (reconstruction != null && !AnomalyMap.areFinite(reconstruction)) {
            throw new IllegalStateException("The graph's reconstruction holds NaN or infinity" + REMEDY);
        }
    }

    /** Returns how long an image took in the last run of the warm-up, with nothing else on the device. */
    public Duration runTime() {
        return runTime;
    }

    @Override
    public void close() {
        inputs.forEach(OnnxTensor::close);
        if (!owner) {
            return;
        }
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("The session did not close", e);
        }
    }

    private OrtSession.Result run(OnnxTensor input, Set<String> outputs, Termination termination) throws OrtException {
        try (OrtSession.RunOptions options = placement.newRunOptions()) {
            termination.by(() -> terminate(options));
            try {
                return session.run(Map.of(ModelContract.INPUT, input), outputs, options);
            } catch (OrtException e) {
                // It names the graph's nodes, and is logged.
                OrtException safe = new OrtException(e.getCode(), SafeText.escaped(String.valueOf(e.getMessage())));
                safe.setStackTrace(e.getStackTrace());
                throw safe;
            } finally {
                // From here on nobody may touch the options, which are closed.
                termination.forget();
            }
        }
    }

    /** Ends the run before its next operator. */
    private static void terminate(OrtSession.RunOptions options) {
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            throw new IllegalStateException("The run cannot be stopped", e);
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

    /** Returns 0 or 1 for what rounding has put just outside. */
    private static float probability(float score) {
        return ScoreRange.contains(score) ? Math.min(1, Math.max(0, score)) : score;
    }

    private static float[] take(FloatBuffer values, int length) {
        if (values.hasArray() && values.array().length == length) {
            return values.array(); // of one image: a copy already, of which nobody else knows
        }
        float[] taken = new float[length];
        values.get(taken);
        return taken;
    }
}
