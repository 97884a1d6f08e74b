package io.draem.trainer.evaluation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.draem.model.ModelCard;
import io.draem.model.ModelCardException;
import io.draem.model.ModelContract;
import io.draem.score.AnomalyMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs an exported graph with ONNX Runtime on the CPU. Not for several threads at once. */
public final class OnnxDetector implements AnomalyDetector, AutoCloseable {

    private static final int COLOURS = 3;

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final ModelCard card;

    /** Direct and in native order: ONNX Runtime reads it in place. Kept, since direct memory is freed late. */
    private FloatBuffer input = direct(0);

    private OnnxDetector(OrtEnvironment environment, OrtSession session, ModelCard card) {
        this.environment = environment;
        this.session = session;
        this.card = card;
    }

    /**
     * Opens a graph of this project, or one that anomalib exported.
     *
     * <p>The file is not trusted: ONNX Runtime checks it, and reads weights beside it only from its own folder (neither
     * by {@code ..}, nor by an absolute path, nor through a symbolic link).
     *
     * @param threads how many threads work on one run
     * @throws NoSuchFileException if there is no such file
     * @throws GraphException if ONNX Runtime refuses the file
     * @throws ModelCardException if it carries no card of this project and was not exported by anomalib either
     */
    public static OnnxDetector open(Path file, int threads) throws IOException, ModelCardException {
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException(file.toString());
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            // A spinning thread takes the processor from libtorch, which runs beside it while training is evaluated.
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            OrtSession session = environment.createSession(file.toString(), options);
            try {
                if (AnomalibCard.isOld(session)) {
                    throw new ModelCardException(ModelContract.OLD_ANOMALIB_ADVICE);
                }
                ModelCard card = AnomalibCard.fits(session)
                        ? AnomalibCard.of(session)
                        : ModelCard.fromMetadata(session.getMetadata().getCustomMetadata());
                return new OnnxDetector(environment, session, card);
            } catch (OrtException | ModelCardException | RuntimeException e) {
                session.close();
                throw e;
            }
        } catch (OrtException e) {
            throw new GraphException(file, e);
        }
    }

    /** Returns what the graph says of itself. */
    public ModelCard card() {
        return card;
    }

    /** Returns this detector with its maps at the model's input size; graphs of anomalib give larger ones. */
    public AnomalyDetector atInputSize() {
        return (images, count) -> detect(images, count).stream()
                .map(detection ->
                        new Detection(detection.score(), detection.map().resized(card.width(), card.height())))
                .toList();
    }

    /** {@inheritDoc} The maps have the graph's own size, which is that of the input unless anomalib exported it. */
    @Override
    public List<Detection> detect(float[] images, int count) {
        try (OnnxTensor batch = batch(images, count);
                OrtSession.Result result = session.run(
                        Map.of(ModelContract.INPUT, batch),
                        Set.of(ModelContract.PRED_SCORE, ModelContract.ANOMALY_MAP))) {
            float[] scores = floats(result, ModelContract.PRED_SCORE);
            OnnxTensor maps = tensor(result, ModelContract.ANOMALY_MAP);
            long[] shape = maps.getInfo().getShape();
            int height = (int) shape[shape.length - 2];
            int width = (int) shape[shape.length - 1];
            float[] values = values(maps);
            if (scores.length != count || values.length != (long) count * width * height) {
                throw new IllegalStateException("The graph gives " + scores.length + " scores and a map of shape "
                        + Arrays.toString(shape) + " for " + count + " images");
            }
            List<Detection> detections = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                float[] map = Arrays.copyOfRange(values, i * width * height, (i + 1) * width * height);
                detections.add(new Detection(scores[i], new AnomalyMap(width, height, map)));
            }
            return detections;
        } catch (OrtException e) {
            throw failed(count, e);
        }
    }

    /**
     * Returns all that the graph gives, reconstructions included.
     *
     * @param images {@code [count, 3, height, width]} of the card's size, RGB, 0 to 1
     */
    public NetworkOutputs run(float[] images, int count) {
        try (OnnxTensor batch = batch(images, count);
                OrtSession.Result result = session.run(Map.of(ModelContract.INPUT, batch))) {
            return new NetworkOutputs(
                    floats(result, ModelContract.PRED_SCORE),
                    floats(result, ModelContract.ANOMALY_MAP),
                    floats(result, ModelContract.RECONSTRUCTION));
        } catch (OrtException e) {
            throw failed(count, e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime did not close the graph: " + e.getMessage(), e);
        }
    }

    private OnnxTensor batch(float[] images, int count) throws OrtException {
        int size = Math.multiplyExact(count, COLOURS * card.width() * card.height());
        if (count < 1 || images.length != size) {
            throw new IllegalArgumentException(
                    images.length + " values are not " + count + " images of " + card.width() + "x" + card.height());
        }
        if (input.capacity() < size) {
            input = direct(size);
        }
        input.clear().put(images).flip();
        return OnnxTensor.createTensor(environment, input, new long[] {count, COLOURS, card.height(), card.width()});
    }

    private static float[] floats(OrtSession.Result result, String output) {
        return values(tensor(result, output));
    }

    private static OnnxTensor tensor(OrtSession.Result result, String output) {
        return (OnnxTensor) result.get(output)
                .orElseThrow(() -> new IllegalStateException("The graph has no output '" + output + "'"));
    }

    private static float[] values(OnnxTensor tensor) {
        FloatBuffer buffer = tensor.getFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(floats, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static IllegalStateException failed(int count, OrtException cause) {
        return new IllegalStateException(
                "ONNX Runtime failed on a batch of " + count + ": " + cause.getMessage(), cause);
    }
}
