package io.draem.trainer.workflow;

import io.draem.frame.FramePlan;
import io.draem.frame.RegionOfInterest;
import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.score.Calibration;
import io.draem.score.Region;
import io.draem.score.Regions;
import io.draem.score.RowMask;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Verdicts as JSON, with the names of the service's answers. */
final class PredictionJson {

    private PredictionJson() {}

    /** Returns the verdict on an image. */
    static ObjectNode of(
            String path,
            FramePlan plan,
            double score,
            double threshold,
            Calibration calibration,
            int minRegionArea,
            Regions regions) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("path", path);
        json.putObject("image")
                .put("width", plan.image().width())
                .put("height", plan.image().height());
        json.put("anomalous", score > threshold);
        json.put("score", score);
        json.put(
                "normalizedScore",
                Calibration.normalize(score, threshold, calibration.scoreMin(), calibration.scoreMax()));
        json.put("threshold", threshold);
        json.put("pixelThreshold", regions.pixelThreshold());
        json.put("pixelThresholdLowered", regions.lowered());
        json.put("minRegionArea", minRegionArea);
        json.put("regionCount", regions.count());
        ArrayNode array = json.putArray("regions");
        regions.largest().forEach(region -> write(region, array.addObject()));
        return json;
    }

    /** Adds whether the image looks like the training images, and what the decoder noticed. */
    static void write(InputCheck input, List<ImageWarning> warnings, ObjectNode json) {
        ObjectNode node = json.putObject("input").put("usual", input.usual());
        ArrayNode reasons = node.putArray("reasons");
        input.reasons()
                .forEach(reason -> reasons.addObject()
                        .put("type", reason.kind().id())
                        .put("measure", reason.measure().id())
                        .put("value", reason.value())
                        .put("min", reason.min())
                        .put("max", reason.max()));
        ArrayNode array = json.putArray("warnings");
        warnings.forEach(
                warning -> array.addObject().put("type", warning.kind().id()).put("message", warning.message()));
    }

    /**
     * Adds the frame that was cut into tiles, and the region of interest, where there are any.
     *
     * @param requested whether the region is not the model's own
     */
    static void write(FramePlan plan, boolean requested, ObjectNode json) {
        if (plan.tiled()) {
            json.putObject("frame")
                    .put("width", plan.frame().width())
                    .put("height", plan.frame().height())
                    .put("tiles", plan.tiles())
                    .put("run", plan.inputs());
        }
        RegionOfInterest region = plan.regionOfInterest();
        RowMask mask = plan.region(plan.image().width(), plan.image().height());
        if (region != null && mask != null) {
            ObjectNode node = json.putObject("regionOfInterest");
            node.put("source", requested ? "request" : "model");
            node.put("share", (double) mask.count() / plan.image().pixels());
            if (region.polygons() != null) {
                node.set("polygons", region.toJson().path("polygons"));
            }
        }
    }

    /** Returns the line of an image that cannot be read. */
    static ObjectNode unreadable(String path, String problem) {
        return JsonNodeFactory.instance.objectNode().put("path", path).put("problem", problem);
    }

    private static void write(Region region, ObjectNode json) {
        json.putObject("box")
                .put("x", region.x())
                .put("y", region.y())
                .put("width", region.width())
                .put("height", region.height());
        json.put("area", region.area());
        json.putObject("centroid").put("x", region.centroidX()).put("y", region.centroidY());
        json.put("peak", region.peak());
        json.put("mean", region.mean());
        ArrayNode polygon = json.putArray("polygon");
        region.polygon().forEach(point -> polygon.addArray().add(point.x()).add(point.y()));
    }
}
