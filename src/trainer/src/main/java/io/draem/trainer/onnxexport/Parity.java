package io.draem.trainer.onnxexport;

import tools.jackson.databind.node.ObjectNode;

/**
 * The largest absolute differences between two runs of the same network; NaN where a value was NaN.
 *
 * @param images how many images were compared
 * @param score of the image scores
 * @param map of the values of the anomaly maps
 * @param reconstruction of the reconstructions' values
 */
public record Parity(int images, double score, double map, double reconstruction) {

    /** Returns whether no difference is larger than the tolerance; NaN is. */
    public boolean within(double tolerance) {
        return score <= tolerance && map <= tolerance && reconstruction <= tolerance;
    }

    /** Returns the largest of score and map. */
    public double largest() {
        return Math.max(score, map);
    }

    /** Writes the figures. */
    public void writeTo(ObjectNode json) {
        json.put("images", images).put("score", score).put("map", map).put("reconstruction", reconstruction);
    }
}
