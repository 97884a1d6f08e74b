package io.draem.service.benchmark;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.draem.model.ModelContract;
import io.draem.score.AnomalyMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** ONNX Runtime and nothing beside it: one image at a time through one graph. */
final class Session implements AutoCloseable {

    static final Path SHIPPED = Path.of("src/models/cookie/1/model.onnx");

    private static final Set<String> OUTPUTS = Set.of(ModelContract.PRED_SCORE, ModelContract.ANOMALY_MAP);

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final int width;
    private final int height;
    private final FloatBuffer pixels;
    private final OnnxTensor input;
    private final FloatBuffer map;
    private final Map<String, OnnxTensor> outputs;

    private Session(OrtEnvironment environment, OrtSession session) throws OrtException {
        this.environment = environment;
        this.session = session;
        long[] shape =
                ((TensorInfo) session.getInputInfo().get(ModelContract.INPUT).getInfo()).getShape();
        this.height = (int) shape[2];
        this.width = (int) shape[3];
        this.pixels = direct(3 * width * height);
        this.map = direct(width * height);
        this.input = OnnxTensor.createTensor(environment, pixels, inputShape());
        this.outputs = Map.of(
                ModelContract.ANOMALY_MAP,
                OnnxTensor.createTensor(environment, map, new long[] {1, height, width}),
                ModelContract.PRED_SCORE,
                OnnxTensor.createTensor(environment, direct(1), new long[] {1}));
    }

    /**
     * Opens a graph of a fixed size on the processor.
     *
     * @param spinning what ONNX Runtime does by default: threads look for further work for a while before they sleep
     */
    static Session open(Path graph, int threads, boolean spinning) throws OrtException, IOException {
        return open(Files.readAllBytes(graph), threads, spinning);
    }

    static Session open(byte[] graph, int threads, boolean spinning) throws OrtException {
        OrtEnvironment environment =
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "benchmark");
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.addConfigEntry("session.intra_op.allow_spinning", spinning ? "1" : "0");
            return new Session(environment, environment.createSession(graph, options));
        }
    }

    /** Returns what a graph says of itself. */
    static Map<String, String> metadata(Path graph) throws OrtException, IOException {
        try (Session session = open(graph, 1, false)) {
            return session.metadata();
        }
    }

    Map<String, String> metadata() throws OrtException {
        return session.getMetadata().getCustomMetadata();
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** Runs the graph and returns the map. */
    float[] run(float[] image) throws OrtException {
        pixels.put(0, image);
        try (OrtSession.Result result = session.run(Map.of(ModelContract.INPUT, input), OUTPUTS)) {
            return mapOf(result);
        }
    }

    /** Runs the graph on one or several images and returns their maps. */
    float[] runOnCopy(float[] images) throws OrtException {
        long[] shape = inputShape();
        shape[0] = images.length / (3 * width * height);
        try (OnnxTensor copied = OnnxTensor.createTensor(environment, FloatBuffer.wrap(images), shape);
                OrtSession.Result result = session.run(Map.of(ModelContract.INPUT, copied), OUTPUTS)) {
            return mapOf(result);
        }
    }

    float[] runPinned(float[] image) throws OrtException {
        pixels.put(0, image);
        try (OrtSession.Result result = session.run(Map.of(ModelContract.INPUT, input), Set.of(), outputs)) {
            float[] values = new float[width * height];
            map.get(0, values);
            return values;
        }
    }

    AnomalyMap map(float[] image) throws OrtException {
        return new AnomalyMap(width, height, run(image));
    }

    @Override
    public void close() throws OrtException {
        input.close();
        outputs.values().forEach(OnnxTensor::close);
        session.close();
    }

    private float[] mapOf(OrtSession.Result result) {
        FloatBuffer values = ((OnnxTensor) result.get(ModelContract.ANOMALY_MAP).orElseThrow()).getFloatBuffer();
        float[] taken = new float[values.remaining()];
        values.get(taken);
        return taken;
    }

    private long[] inputShape() {
        return new long[] {1, 3, height, width};
    }

    private static FloatBuffer direct(int length) {
        return ByteBuffer.allocateDirect(length * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
