package io.draem.trainer.training;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Figures of the weights of one step on validation images. NaN where the images do not define one.
 *
 * @param step steps done
 */
public record ValidationFigures(long step, double imageAuroc, double pixelAuroc, double pixelAveragePrecision) {

    /**
     * Returns what the best weights have most of: the mean of image AUROC and pixel average precision, or the one of them
     * that is defined.
     *
     * <p>The first says whether images are told apart, and is soon 1 for synthetic anomalies; the second goes on telling
     * how well defects are outlined, where pixel AUROC is near 1 for any model that is dark nearly everywhere. Without masks
     * the first is all there is.
     */
    public double score() {
        if (Double.isNaN(imageAuroc)) {
            return Double.isNaN(pixelAveragePrecision) ? 0 : pixelAveragePrecision;
        }
        return Double.isNaN(pixelAveragePrecision) ? imageAuroc : (imageAuroc + pixelAveragePrecision) / 2;
    }

    /** Says whether a mask defined figures of pixels. */
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
