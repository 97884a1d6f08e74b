package io.draem.runtime.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.draem.model.ModelCard;
import io.draem.model.ModelContract;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Checks graphs that anomalib exported with its pre- and post-processing: the resize to the network's size is inside, and
 * scores come out normalized with the threshold at 0.5. They have no metadata of ours.
 */
final class AnomalibContract {

    private static final String PRED_LABEL = "pred_label";
    private static final String PRED_MASK = "pred_mask";
    private static final Set<String> OUTPUTS =
            Set.of(ModelContract.PRED_SCORE, PRED_LABEL, ModelContract.ANOMALY_MAP, PRED_MASK);

    /** By what anomalib's post-processor does: 0 to 1, anomalous above 0.5. */
    private static final Calibration NORMALIZED = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0);

    private AnomalibContract() {}

    /** Tells whether the outputs are those of such a graph. */
    static boolean applies(OrtSession session) {
        return session.getOutputNames().containsAll(OUTPUTS);
    }

    /** Returns whether it is a graph of anomalib before 2.0, whose only output is the map. */
    static boolean isOld(OrtSession session) {
        return session.getOutputNames().equals(Set.of(ModelContract.OLD_ANOMALIB_OUTPUT));
    }

    /**
     * Returns the signature of such a graph.
     *
     * @throws GraphRefusedException if a tensor has another form; the message names it
     */
    static GraphSignature check(OrtSession session) throws GraphRefusedException, OrtException {
        Map<String, NodeInfo> outputs = session.getOutputInfo();
        long[] input = shape("input", session.getInputInfo().get(ModelContract.INPUT), ModelContract.INPUT);
        long[] score = shape("output", outputs.get(ModelContract.PRED_SCORE), ModelContract.PRED_SCORE);
        long[] map = shape("output", outputs.get(ModelContract.ANOMALY_MAP), ModelContract.ANOMALY_MAP);
        require(
                input.length == 4 && input[1] == 3 && input[0] <= 1,
                ModelContract.INPUT,
                input,
                "[batch, 3, height, width] with a dynamic batch, or one of 1");
        require(score.length == 1 || score.length == 2 && score[1] == 1, ModelContract.PRED_SCORE, score, "[batch]");
        require(
                map.length == 3 || map.length == 4 && map[1] == 1,
                ModelContract.ANOMALY_MAP,
                map,
                "[batch, height, width]");
        // Where any size goes in, the map's own is taken: the resize inside has nothing to do then.
        long height = input[2] > 0 ? input[2] : map[map.length - 2];
        long width = input[3] > 0 ? input[3] : map[map.length - 1];
        require(
                height > 0 && width > 0 && Math.max(height, width) <= ModelContract.MAX_SIDE,
                ModelContract.INPUT,
                input,
                "a fixed height and width (export it with input_size)");
        ObjectNode none = JsonNodeFactory.instance.objectNode();
        ModelCard card = new ModelCard("anomalib", (int) width, (int) height, NORMALIZED, none, none);
        return new GraphSignature(card, true, (int) Math.max(0, input[0]));
    }

    private static long[] shape(String kind, @Nullable NodeInfo node, String name) throws GraphRefusedException {
        if (node == null || !(node.getInfo() instanceof TensorInfo tensor) || tensor.type != OnnxJavaType.FLOAT) {
            throw new GraphRefusedException("The graph's " + kind + " '" + name + "' is no float32 tensor");
        }
        return tensor.getShape();
    }

    private static void require(boolean fits, String name, long[] shape, String expected) throws GraphRefusedException {
        if (!fits) {
            throw new GraphRefusedException(
                    "The graph's '" + name + "' has the shape " + Arrays.toString(shape) + ", expected " + expected);
        }
    }
}
