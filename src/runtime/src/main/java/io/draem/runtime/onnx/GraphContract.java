package io.draem.runtime.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.draem.model.ModelCard;
import io.draem.model.ModelCardException;
import io.draem.model.ModelContract;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks that a graph keeps the contract between trainer and service. */
final class GraphContract {

    private static final long ANY = -1;
    private static final String VERSION = ModelContract.METADATA_PREFIX + "version";

    private GraphContract() {}

    /**
     * Returns the signature of a graph whose inputs, outputs and metadata keep the contract, or that of anomalib.
     *
     * @throws GraphRefusedException if they do not; the message names the tensor or key
     */
    static GraphSignature check(OrtSession session) throws GraphRefusedException, OrtException {
        Map<String, NodeInfo> inputs = session.getInputInfo();
        Map<String, NodeInfo> outputs = session.getOutputInfo();
        if (!inputs.keySet().equals(Set.of(ModelContract.INPUT))) {
            throw new GraphRefusedException("The graph's inputs are " + inputs.keySet() + ", but exactly one named '"
                    + ModelContract.INPUT + "' is fed");
        }
        if (!session.getMetadata().getCustomMetadata().containsKey(VERSION)) {
            if (AnomalibContract.applies(session)) {
                return AnomalibContract.check(session);
            }
            if (AnomalibContract.isOld(session)) {
                throw new GraphRefusedException(ModelContract.OLD_ANOMALIB_ADVICE);
            }
        }
        ModelCard card = card(session);
        long width = card.width();
        long height = card.height();
        requireShape("input", inputs.get(ModelContract.INPUT), ModelContract.INPUT, ANY, 3, height, width);
        requireShape("output", outputs.get(ModelContract.PRED_SCORE), ModelContract.PRED_SCORE, ANY);
        requireShape("output", outputs.get(ModelContract.ANOMALY_MAP), ModelContract.ANOMALY_MAP, ANY, height, width);
        if (outputs.containsKey(ModelContract.RECONSTRUCTION)) {
            requireShape(
                    "output",
                    outputs.get(ModelContract.RECONSTRUCTION),
                    ModelContract.RECONSTRUCTION,
                    ANY,
                    3,
                    height,
                    width);
        }
        return new GraphSignature(card, false, 0);
    }

    private static ModelCard card(OrtSession session) throws GraphRefusedException, OrtException {
        try {
            return ModelCard.fromMetadata(session.getMetadata().getCustomMetadata());
        } catch (ModelCardException e) {
            throw new GraphRefusedException(Objects.requireNonNull(e.getMessage()));
        }
    }

    /** The batch must be dynamic; any other side may be, and must be the expected one where it is fixed. */
    private static void requireShape(String kind, @Nullable NodeInfo node, String name, long... expected)
            throws GraphRefusedException {
        if (node == null) {
            throw new GraphRefusedException("The graph has no " + kind + " '" + name + "'");
        }
        if (!(node.getInfo() instanceof TensorInfo tensor) || tensor.type != OnnxJavaType.FLOAT) {
            throw new GraphRefusedException("The graph's " + kind + " '" + name + "' is no float32 tensor");
        }
        long[] shape = tensor.getShape();
        boolean fits = shape.length == expected.length && shape[0] == ANY;
        for (int i = 1; fits && i < shape.length; i++) {
            fits = shape[i] == ANY || shape[i] == expected[i];
        }
        if (!fits) {
            throw new GraphRefusedException("The graph's " + kind + " '" + name + "' has the shape "
                    + Arrays.toString(shape) + ", expected " + Arrays.toString(expected) + " (-1: dynamic)");
        }
    }
}
