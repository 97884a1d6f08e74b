package io.draem.runtime.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.draem.model.AnomalibGraph;
import io.draem.model.ModelCard;
import io.draem.model.ModelCardException;
import io.draem.model.ModelContract;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks the inputs, outputs and metadata of a graph. */
final class GraphContract {

    private static final long ANY = -1;

    private GraphContract() {}

    /**
     * Inputs and outputs of a graph.
     *
     * @param card size of the input, thresholds and ranges
     * @param scoresNormalized whether the graph returns normalized scores and maps, with 0.5 at the threshold; raw values
     *     are not available then
     * @param reconstructs whether the graph has an output for the reconstruction
     * @param fixedBatch the only batch size that it accepts; 0 for any
     */
    record Signature(ModelCard card, boolean scoresNormalized, boolean reconstructs, int fixedBatch) {

        /** Returns the largest batch to run where at most {@code allowed} images are allowed. */
        int maxBatchSize(int allowed) {
            return fixedBatch > 0 ? fixedBatch : allowed;
        }
    }

    /**
     * Returns the signature of a graph that follows the contract of this project, or that of anomalib.
     *
     * @throws GraphRefusedException if it follows neither; the message names the tensor or key
     */
    static Signature check(OrtSession session) throws GraphRefusedException, OrtException {
        Map<String, NodeInfo> inputs = session.getInputInfo();
        Map<String, NodeInfo> outputs = session.getOutputInfo();
        Map<String, String> metadata = session.getMetadata().getCustomMetadata();
        if (!inputs.keySet().equals(Set.of(ModelContract.INPUT))) {
            throw new GraphRefusedException("The graph's inputs are " + inputs.keySet() + ", but exactly one named '"
                    + ModelContract.INPUT + "' is fed");
        }
        if (AnomalibGraph.isBefore2(inputs.keySet(), outputs.keySet(), metadata.keySet())) {
            throw new GraphRefusedException(AnomalibGraph.OLD_ADVICE);
        }
        try {
            return AnomalibGraph.matches(inputs.keySet(), outputs.keySet(), metadata.keySet())
                    ? anomalib(inputs, outputs)
                    : own(ModelCard.fromMetadata(metadata), inputs, outputs);
        } catch (ModelCardException e) {
            throw new GraphRefusedException(Objects.requireNonNull(e.getMessage()));
        }
    }

    private static Signature anomalib(Map<String, NodeInfo> inputs, Map<String, NodeInfo> outputs)
            throws GraphRefusedException, ModelCardException {
        long[] input = shape("input", inputs, ModelContract.INPUT);
        long[] score = shape("output", outputs, ModelContract.PRED_SCORE);
        long[] map = shape("output", outputs, ModelContract.ANOMALY_MAP);
        ModelCard card = AnomalibGraph.card(input, score, map);
        return new Signature(
                card, true, outputs.containsKey(ModelContract.RECONSTRUCTION), (int) Math.max(0, input[0]));
    }

    private static Signature own(ModelCard card, Map<String, NodeInfo> inputs, Map<String, NodeInfo> outputs)
            throws GraphRefusedException {
        long width = card.width();
        long height = card.height();
        requireShape("input", inputs, ModelContract.INPUT, ANY, 3, height, width);
        requireShape("output", outputs, ModelContract.PRED_SCORE, ANY);
        requireShape("output", outputs, ModelContract.ANOMALY_MAP, ANY, height, width);
        boolean reconstructs = outputs.containsKey(ModelContract.RECONSTRUCTION);
        if (reconstructs) {
            requireShape("output", outputs, ModelContract.RECONSTRUCTION, ANY, 3, height, width);
        }
        return new Signature(card, false, reconstructs, 0);
    }

    /** The batch must be dynamic; any other side may be dynamic, and must be the expected one if it is fixed. */
    private static void requireShape(String kind, Map<String, NodeInfo> nodes, String name, long... expected)
            throws GraphRefusedException {
        long[] shape = shape(kind, nodes, name);
        boolean fits = shape.length == expected.length && shape[0] == ANY;
        for (int i = 1; fits && i < shape.length; i++) {
            fits = shape[i] == ANY || shape[i] == expected[i];
        }
        if (!fits) {
            throw new GraphRefusedException("The graph's " + kind + " '" + name + "' has the shape "
                    + Arrays.toString(shape) + ", expected " + Arrays.toString(expected) + " (-1: dynamic)");
        }
    }

    private static long[] shape(String kind, Map<String, NodeInfo> nodes, String name) throws GraphRefusedException {
        @Nullable NodeInfo node = nodes.get(name);
        if (node == null) {
            throw new GraphRefusedException("The graph has no " + kind + " '" + name + "'");
        }
        if (!(node.getInfo() instanceof TensorInfo tensor) || tensor.type != OnnxJavaType.FLOAT) {
            throw new GraphRefusedException("The graph's " + kind + " '" + name + "' is not a float32 tensor");
        }
        return tensor.getShape();
    }
}
