package io.draem.trainer.evaluation;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.draem.model.ModelCard;
import io.draem.model.ModelCardException;
import io.draem.model.ModelContract;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;

/** The card of a graph that anomalib exported, which carries none: what all such graphs have in common. */
final class AnomalibCard {

    private static final String MODEL = "anomalib";
    private static final Set<String> OUTPUTS =
            Set.of(ModelContract.PRED_SCORE, ModelContract.ANOMALY_MAP, "pred_label", "pred_mask");

    private AnomalibCard() {}

    /** Tells whether it is such a graph: anomalib's outputs, and no word of this project. */
    static boolean fits(OrtSession session) throws OrtException {
        return session.getOutputNames().containsAll(OUTPUTS)
                && session.getInputNames().equals(Set.of(ModelContract.INPUT))
                && session.getMetadata().getCustomMetadata().keySet().stream()
                        .noneMatch(key -> key.startsWith(ModelContract.METADATA_PREFIX));
    }

    /** Returns whether it is a graph of anomalib before 2.0, whose only output is the map. */
    static boolean isOld(OrtSession session) throws OrtException {
        return session.getOutputNames().equals(Set.of(ModelContract.OLD_ANOMALIB_OUTPUT))
                && session.getInputNames().equals(Set.of(ModelContract.INPUT))
                && session.getMetadata().getCustomMetadata().keySet().stream()
                        .noneMatch(key -> key.startsWith(ModelContract.METADATA_PREFIX));
    }

    /**
     * Returns a card with the input's size and anomalib's convention: scores and maps are normalised inside the graph, so
     * that they go from 0 to 1 and both thresholds lie at 0.5.
     *
     * @throws ModelCardException if the graph takes images of any size, so that none can be told
     */
    static ModelCard of(OrtSession session) throws OrtException, ModelCardException {
        Map<String, NodeInfo> inputs = session.getInputInfo();
        NodeInfo input = inputs.get(ModelContract.INPUT);
        if (input == null
                || !(input.getInfo() instanceof TensorInfo tensor)
                || tensor.getShape().length != 4
                || tensor.getShape()[2] < 1
                || tensor.getShape()[3] < 1) {
            throw new ModelCardException("The graph was exported by anomalib without the size of its input: export it"
                    + " again with input_size=(height, width)");
        }
        long[] shape = tensor.getShape();
        JsonNodeFactory json = JsonNodeFactory.instance;
        try {
            return new ModelCard(
                    MODEL,
                    Math.toIntExact(shape[3]),
                    Math.toIntExact(shape[2]),
                    new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0),
                    json.objectNode().put("exportedBy", MODEL),
                    json.objectNode());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ModelCardException("The graph's input cannot be used: " + e.getMessage());
        }
    }
}
