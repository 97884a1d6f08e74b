package io.draem.trainer.workflow;

import io.draem.frame.FramePlan;
import io.draem.frame.RegionOfInterest;
import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.overlay.Picture;
import io.draem.score.Region;
import io.draem.score.Regions;
import io.draem.score.RowMask;
import io.draem.score.Verdict;
import io.draem.trainer.workflow.PredictionLines.FileStamp;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** Verdicts as JSON, with the names of the service's answers. */
final class PredictionJson {

    /** SHA-256 of the model, in hex. */
    static final String MODEL = "modelSha256";

    private static final String REGION = "regionOfInterest";
    private static final String BYTES = "bytes";
    private static final String MODIFIED = "modified";

    private PredictionJson() {}

    /**
     * Begins the line of an image with what it was made from.
     *
     * @param file size and time of the file; null if they cannot be read
     * @param sha256 of the bytes of the file, in hex; null if they were not decoded
     * @param model SHA-256 of the model, in hex
     */
    static ObjectNode begin(String path, @Nullable FileStamp file, @Nullable String sha256, String model) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("path", path);
        if (file != null) {
            json.put(BYTES, file.bytes()).put(MODIFIED, file.modified().toString());
        }
        if (sha256 != null) {
            json.put("sha256", sha256);
        }
        return json.put(MODEL, model);
    }

    /** Returns the field with the name of a picture. */
    static String field(Picture picture) {
        return picture == Picture.MAP ? "anomalyMap" : picture.id();
    }

    /** Reads a line; what is none, as a machine that lost its power may have left it in a file, has no fields. */
    static JsonNode read(byte[] line) {
        try {
            return JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }

    /** Returns the size and the time that {@link #begin} wrote; null without them. */
    static @Nullable FileStamp file(JsonNode line) {
        try {
            return new FileStamp(
                    line.path(BYTES).asLong(-1),
                    Instant.parse(line.path(MODIFIED).asString("")));
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** Returns the digest of the region of interest that was not the model's own; null for the model's own, or none. */
    static @Nullable String requestedRegion(JsonNode line) {
        JsonNode digest = line.path(REGION).path("digest");
        return digest.isString() ? digest.asString() : null;
    }

    /** Adds the verdict on an image. */
    static void write(FramePlan plan, Verdict verdict, ObjectNode json) {
        json.putObject("image")
                .put("width", plan.image().width())
                .put("height", plan.image().height());
        json.put("anomalous", verdict.anomalous());
        json.put("score", verdict.score());
        json.put("normalizedScore", verdict.normalizedScore());
        json.put("threshold", verdict.threshold());
        Regions regions = verdict.regions();
        json.put("pixelThreshold", regions.pixelThreshold());
        json.put("pixelThresholdLowered", regions.lowered());
        json.put("minRegionArea", verdict.minRegionArea());
        json.put("regionCount", regions.count());
        ArrayNode array = json.putArray("regions");
        regions.largest().forEach(region -> write(region, array.addObject()));
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
     * @param requested digest of the region if it is not the model's own; null if it is
     */
    static void write(FramePlan plan, @Nullable String requested, ObjectNode json) {
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
            ObjectNode node = json.putObject(REGION);
            node.put("source", requested != null ? "request" : "model");
            if (requested != null) {
                node.put("digest", requested);
            }
            node.put("share", (double) mask.count() / plan.image().pixels());
            if (region.polygons() != null) {
                node.set("polygons", region.toJson().path("polygons"));
            }
        }
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
