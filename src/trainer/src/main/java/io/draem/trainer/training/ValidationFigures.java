package io.draem.trainer.training;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Figures of the weights of one step on validation images. NaN if the images do not define one.
 *
 * @param step steps done
 */
public record ValidationFigures(long step, double imageAuroc, double pixelAuroc, double pixelAveragePrecision) {

    /**
     * Returns the criterion that the best weights maximize: the mean of image AUROC and pixel average precision, or the one of them
     * that is defined.
     *
     * <p>The first measures whether images are separated, and is soon 1 for synthetic anomalies; the second still measures
     * how well defects are segmented when pixel AUROC is near 1 for any map that is low nearly everywhere. Without masks
     * only the first is defined.
     */
    public double score() {
        if (Double.isNaN(imageAuroc)) {
            return Double.isNaN(pixelAveragePrecision) ? 0 : pixelAveragePrecision;
        }
        return Double.isNaN(pixelAveragePrecision) ? imageAuroc : (imageAuroc + pixelAveragePrecision) / 2;
    }

    /** Returns whether a mask defines figures of pixels. */
    public boolean hasPixelFigures() {
        return !Double.isNaN(pixelAveragePrecision);
    }

    void writeTo(ObjectNode json) {
        json.put("step", step);
        put(json, "imageAuroc", imageAuroc);
        put(json, "pixelAuroc", pixelAuroc);
        put(json, "pixelAveragePrecision", pixelAveragePrecision);
        put(json, "score", score());
    }

    static ValidationFigures read(JsonNode json) {
        return new ValidationFigures(
                json.path("step").asLong(0),
                json.path("imageAuroc").asDouble(Double.NaN),
                json.path("pixelAuroc").asDouble(Double.NaN),
                json.path("pixelAveragePrecision").asDouble(Double.NaN));
    }

    private static void put(ObjectNode json, String name, double value) {
        if (Double.isFinite(value)) {
            json.put(name, value);
        } else {
            json.putNull(name);
        }
    }
}
