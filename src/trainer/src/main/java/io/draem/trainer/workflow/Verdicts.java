package io.draem.trainer.workflow;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameResult;
import io.draem.frame.RegionOfInterest;
import io.draem.model.InputCheck;
import io.draem.model.ModelCard;
import io.draem.overlay.Picture;
import io.draem.runtime.detection.FrameDetector;
import io.draem.score.Calibration;
import io.draem.score.RegionOptions;
import io.draem.score.ScaledMap;
import io.draem.score.Verdict;
import io.draem.trainer.checkpoint.AtomicFile;
import io.draem.trainer.workflow.PredictionLines.FileStamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes of what a model returned the pictures and the line of an image. Several threads may use it. */
final class Verdicts {

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
                && Arrays.stream(Picture.values())
                        .allMatch(picture -> isSame(
                                path + picture.suffix(),
                                written,
                                options.pictures().include(picture, anomalous),
                                line.has(PredictionJson.field(picture))));
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

    /** Deletes the pictures that earlier runs wrote of an image that cannot be read, and returns its line. */
    ObjectNode unreadable(Path file, String path, String problem) throws IOException {
        deletePictures(path);
        return PredictionJson.begin(path, FileStamp.of(file), null, model).put("problem", problem);
    }

    /** Writes the pictures of an image, deletes those that earlier runs wrote and this one does not, and returns its line. */
    ObjectNode write(ExaminedImage image, InputCheck input, FrameDetector.Detection detection) throws IOException {
        String path = image.path();
        ObjectNode json = PredictionJson.begin(path, image.stamp(), image.sha256(), model);
        FrameResult result = detection.result();
        if (result == null) {
            deletePictures(path);
            return json.put("problem", Objects.requireNonNull(detection.problem()));
        }
        FramePlan plan = image.plan();
        int width = plan.image().width();
        int height = plan.image().height();
        ScaledMap map = new ScaledMap(result.map(), width, height, plan.region(width, height));
        Calibration calibration = card.calibration();
        Verdict verdict =
                Verdict.of(result.score(), map, calibration, threshold, calibration.pixelThreshold(), minArea, true);
        PredictionJson.write(plan, verdict, json);
        PredictionJson.write(input, image.read().warnings(), json);
        PredictionJson.write(plan, regionDigest, json);
        for (Picture picture : Picture.values()) {
            String name = path + picture.suffix();
            if (options.pictures().include(picture, verdict.anomalous())) {
                Path png = output.resolve(name);
                Files.createDirectories(png.resolveSibling(""));
                AtomicFile.write(png, picture.png(image.read().image(), map, verdict, calibration));
                json.put(PredictionJson.field(picture), name);
            } else {
                Files.deleteIfExists(output.resolve(name));
            }
        }
        return json;
    }

    private void deletePictures(String path) throws IOException {
        for (Picture picture : Picture.values()) {
            Files.deleteIfExists(output.resolve(path + picture.suffix()));
        }
    }
}
