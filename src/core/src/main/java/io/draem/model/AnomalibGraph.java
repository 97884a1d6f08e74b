package io.draem.model;

import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import java.util.Arrays;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Rules of the graphs that anomalib exports. They carry no metadata of this project; the resize to the network's size and
 * the normalization of score and map are part of the graph, with the threshold at 0.5.
 */
public final class AnomalibGraph {

    private static final String MODEL = "anomalib";
    private static final Set<String> OUTPUTS =
            Set.of(ModelContract.PRED_SCORE, ModelContract.ANOMALY_MAP, "pred_label", "pred_mask");

    /** The only output of graphs that anomalib before 2.0 exported: a map, without thresholds and score range. */
    private static final String OLD_OUTPUT = "output";

    /** Message for a graph that anomalib before 2.0 exported: the problem and the remedy. */
    public static final String OLD_ADVICE =
            "The graph was exported by anomalib before 2.0: its only output is an anomaly map, and neither thresholds nor"
                    + " score range are in it. Import the checkpoint of its training instead"
                    + " (weights/lightning/model.ckpt, in old versions weights/model.ckpt): draem-trainer import FILE.ckpt"
                    + " --output MODELS --name NAME";

    private AnomalibGraph() {}

    /** Returns whether a graph with these names is one that anomalib 2.0 or later exported. */
    public static boolean matches(Set<String> inputs, Set<String> outputs, Set<String> metadataKeys) {
        return isForeign(inputs, metadataKeys) && outputs.containsAll(OUTPUTS);
    }

    /** Returns whether a graph with these names is one that anomalib before 2.0 exported. */
    public static boolean isBefore2(Set<String> inputs, Set<String> outputs, Set<String> metadataKeys) {
        return isForeign(inputs, metadataKeys) && outputs.equals(Set.of(OLD_OUTPUT));
    }

    private static boolean isForeign(Set<String> inputs, Set<String> metadataKeys) {
        return inputs.equals(Set.of(ModelContract.INPUT))
                && metadataKeys.stream().noneMatch(key -> key.startsWith(ModelContract.METADATA_PREFIX));
    }

    /**
     * Returns the card of such a graph: the size of its input, or that of its map where the input has any size, and
     * anomalib's calibration, 0 to 1 with both thresholds at 0.5.
     *
     * @param input shape of the input; a dimension below 1 is dynamic, here and below
     * @param score shape of the image score
     * @param map shape of the anomaly map
     * @throws ModelCardException if a shape is not supported; the message names the tensor
     */
    public static ModelCard card(long[] input, long[] score, long[] map) throws ModelCardException {
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
        long height = input[2] > 0 ? input[2] : map[map.length - 2];
        long width = input[3] > 0 ? input[3] : map[map.length - 1];
        require(
                height > 0 && width > 0 && Math.max(height, width) <= ModelContract.MAX_SIDE,
                ModelContract.INPUT,
                input,
                "a fixed height and width (export it with input_size)");
        return new ModelCard(
                MODEL,
                (int) width,
                (int) height,
                new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0),
                JsonNodeFactory.instance.objectNode().put("exportedBy", MODEL),
                JsonNodeFactory.instance.objectNode());
    }

    private static void require(boolean fits, String name, long[] shape, String expected) throws ModelCardException {
        if (!fits) {
            throw new ModelCardException(
                    "The graph's '" + name + "' has the shape " + Arrays.toString(shape) + ", expected " + expected);
        }
    }
}
