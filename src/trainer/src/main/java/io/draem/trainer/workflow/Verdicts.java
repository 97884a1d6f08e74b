package io.draem.trainer.workflow;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameResult;
import io.draem.frame.RegionOfInterest;
import io.draem.image.RgbImage;
import io.draem.model.InputCheck;
import io.draem.model.ModelCard;
import io.draem.overlay.AnomalyOverlay;
import io.draem.overlay.PngWriter;
import io.draem.runtime.detection.FrameDetector;
import io.draem.score.Calibration;
import io.draem.score.RegionOptions;
import io.draem.score.Regions;
import io.draem.score.ScaledMap;
import io.draem.score.Verdict;
import io.draem.trainer.checkpoint.AtomicFile;
import io.draem.trainer.workflow.PredictionLines.FileStamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes of what a model returned the pictures and the line of an image. Several threads may use it. */
final class Verdicts {

    private static final String MASK = "mask";
    private static final String MAP = "anomalyMap";
    private static final String OVERLAY = "overlay";

    private final ModelCard card;
    private final String model;
    private final Path output;
    private final Predictions.Options options;
    private final double threshold;
    private final int minArea;
    private final @Nullable String regionDigest;

    /** @param model SHA-256 of the model, in hex */
    Verdicts(ModelCard card, String model, Path output, Predictions.Options options) {
        this.card = card;
        this.model = model;
        this.output = output;
        this.options = options;
        this.threshold = options.threshold() != null
                ? options.threshold()
                : card.calibration().imageThreshold();
        this.minArea = card.minRegionArea(options.minArea(), RegionOptions.DEFAULT_MIN_AREA);
        RegionOfInterest region = options.region();
        this.regionDigest = region == null ? null : region.digest();
    }

    /**
     * Returns whether a line has a verdict of this model with these options, and the pictures that are wanted. Whether the
     * image is still the same is another question.
     *
     * @param line of an image that is to be examined
     * @param written time of the last change of the file that has the line, which a run writes after the pictures: newer
     *     ones are of a run that was killed before it wrote its own line
     */
    boolean isSame(JsonNode line, FileTime written) {
        String path = line.path("path").asString("");
        boolean anomalous = line.path("anomalous").asBoolean(false);
        return line.path("score").isNumber()
                && line.path(PredictionJson.MODEL).asString("").equals(model)
                && line.path("threshold").asDouble(Double.NaN) == threshold
                && line.path("minRegionArea").asInt(-1) == minArea
                && Objects.equals(PredictionJson.requestedRegion(line), regionDigest)
                && isSame(overlay(path), written, drawn(anomalous), line.has(OVERLAY))
                && isSame(mask(path), written, drawn(anomalous), line.has(MASK))
                && isSame(map(path), written, options.maps(), line.has(MAP));
    }

    /** Returns whether a picture is the one of a line, or is neither there nor wanted. */
    private boolean isSame(String name, FileTime written, boolean wanted, boolean named) {
        try {
            return (named || !wanted)
                    && Files.getLastModifiedTime(output.resolve(name)).compareTo(written) <= 0;
        } catch (NoSuchFileException e) {
            return !wanted;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean drawn(boolean anomalous) {
        return options.overlays() == Predictions.Overlays.ALL
                || anomalous && options.overlays() == Predictions.Overlays.ANOMALOUS;
    }

    /** Deletes the pictures that earlier runs wrote of an image that cannot be read, and returns its line. */
    ObjectNode unreadable(Path file, String path, String problem) throws IOException {
        deleteOverlay(path);
        deleteMap(path);
        return PredictionJson.begin(path, FileStamp.of(file), null, model).put("problem", problem);
    }

    /** Writes the pictures of an image, deletes those that earlier runs wrote and this one does not, and returns its line. */
    ObjectNode write(ExaminedImage image, InputCheck input, FrameDetector.Detection detection) throws IOException {
        String path = image.path();
        ObjectNode json = PredictionJson.begin(path, image.stamp(), image.sha256(), model);
        FrameResult result = detection.result();
        if (result == null) {
            deleteOverlay(path);
            deleteMap(path);
            return json.put("problem", Objects.requireNonNull(detection.problem()));
        }
        FramePlan plan = image.plan();
        int width = plan.image().width();
        int height = plan.image().height();
        ScaledMap map = new ScaledMap(result.map(), width, height, plan.region(width, height));
        Calibration calibration = card.calibration();
        Verdict verdict =
                Verdict.of(result.score(), map, calibration, threshold, calibration.pixelThreshold(), minArea, true);
        Regions regions = verdict.regions();
        PredictionJson.write(plan, verdict, json);
        PredictionJson.write(input, image.read().warnings(), json);
        PredictionJson.write(plan, regionDigest, json);
        boolean drawn = drawn(verdict.anomalous());
        if (drawn) {
            put(json, MASK, mask(path), PngWriter.mask(map, regions.pixelThreshold()));
        } else {
            deleteOverlay(path);
        }
        if (options.maps()) {
            put(json, MAP, map(path), PngWriter.map(map));
        } else {
            deleteMap(path);
        }
        if (drawn) {
            RgbImage kept = Objects.requireNonNull(image.read().image());
            RgbImage overlay =
                    AnomalyOverlay.draw(kept, map, regions.pixelThreshold(), calibration, regions.largest(), true);
            put(json, OVERLAY, overlay(path), PngWriter.rgb(overlay));
        }
        return json;
    }

    private void put(ObjectNode json, String picture, String name, byte[] png) throws IOException {
        Path file = output.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        AtomicFile.write(file, png);
        json.put(picture, name);
    }

    private void deleteOverlay(String path) throws IOException {
        Files.deleteIfExists(output.resolve(mask(path)));
        Files.deleteIfExists(output.resolve(overlay(path)));
    }

    private void deleteMap(String path) throws IOException {
        Files.deleteIfExists(output.resolve(map(path)));
    }

    private static String mask(String path) {
        return path + ".mask.png";
    }

    private static String overlay(String path) {
        return path + ".overlay.png";
    }

    private static String map(String path) {
        return path + ".map.png";
    }
}
