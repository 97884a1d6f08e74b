package io.draem.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.score.Region;
import io.draem.service.detection.Detection;
import io.draem.service.detection.Include;
import io.draem.service.detection.Verdict;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The verdict on one image, as JSON. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Detection", description = "The verdict on one image")
record DetectionResponse(
        @Schema(
                description = "Identifies this answer",
                requiredMode = RequiredMode.REQUIRED,
                example = "7f9c24e8-3b12-4c6f-9e52-1b0c1f0f4b8e")
        String id,

        @Schema(requiredMode = RequiredMode.REQUIRED) Model model,
        @Schema(requiredMode = RequiredMode.REQUIRED) Image image,

        @Schema(
                description = "Whether the score is strictly above the threshold",
                requiredMode = RequiredMode.REQUIRED,
                example = "true")
        boolean anomalous,

        @Schema(description = "Raw image score, 0 to 1", requiredMode = RequiredMode.REQUIRED, example = "0.914")
        double score,

        @Schema(
                description = "Score from 0 to 1 with 0.5 at the threshold",
                requiredMode = RequiredMode.REQUIRED,
                example = "0.871")
        double normalizedScore,

        @Schema(
                description = "Raw image score above which the image is anomalous",
                requiredMode = RequiredMode.REQUIRED,
                example = "0.543")
        double threshold,

        @Schema(
                description = "Raw map value above which a pixel belongs to a region",
                requiredMode = RequiredMode.REQUIRED,
                example = "0.5")
        double pixelThreshold,

        @Schema(
                description =
                        "Connected pixels above the pixel threshold, whatever the verdict, the largest peak first;"
                                + " at most 1000",
                requiredMode = RequiredMode.REQUIRED)
        List<AnomalousRegion> regions,

        @Schema(description = "The raw anomaly map; with include=map") @Nullable
        EncodedPicture anomalyMap,

        @Schema(description = "The pixels above the pixel threshold; with include=mask") @Nullable
        EncodedPicture mask,

        @Schema(description = "The image with the anomalies marked on it; with include=overlay") @Nullable
        EncodedPicture overlay,

        @Schema(description = "The image as the model would have it; with include=reconstruction") @Nullable
        EncodedPicture reconstruction,

        @Schema(requiredMode = RequiredMode.REQUIRED) Timing timing) {

    /** The model that answered. */
    @Schema(name = "ModelReference", description = "The model that answered")
    record Model(
            @Schema(description = "Name of the model", requiredMode = RequiredMode.REQUIRED, example = "cookie")
            String name,

            @Schema(description = "Its version", requiredMode = RequiredMode.REQUIRED, example = "1")
            int version,

            @Schema(
                    description = "SHA-256 of the model's file",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
            String digest,

            @Schema(
                    description = "Where the model ran",
                    requiredMode = RequiredMode.REQUIRED,
                    allowableValues = {"cpu", "cuda"})
            String provider) {}

    /** The image that was sent. */
    @Schema(name = "Image", description = "The image that was sent, upright")
    record Image(
            @Schema(description = "Width in pixels", requiredMode = RequiredMode.REQUIRED, example = "1024")
            int width,

            @Schema(description = "Height in pixels", requiredMode = RequiredMode.REQUIRED, example = "768")
            int height,

            @Schema(
                    description = "SHA-256 of the bytes that were sent",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")
            String digest) {}

    /** A picture inside the answer. */
    @Schema(name = "Picture", description = "A picture inside the answer")
    record EncodedPicture(
            @Schema(
                    description =
                            "Form of the data: png (8 bits a channel) or png16 (grey, 65535 stands for 1.0), in base64",
                    requiredMode = RequiredMode.REQUIRED,
                    allowableValues = {"png", "png16"})
            String encoding,

            @Schema(description = "Width in pixels", requiredMode = RequiredMode.REQUIRED, example = "1024")
            int width,

            @Schema(description = "Height in pixels", requiredMode = RequiredMode.REQUIRED, example = "768")
            int height,

            @Schema(
                    description = "The file in base64",
                    type = "string",
                    format = "byte",
                    requiredMode = RequiredMode.REQUIRED)
            byte[] data) {}

    /** One connected region, in pixels of the image. */
    @Schema(name = "Region", description = "One connected anomalous region, in pixels of the image")
    record AnomalousRegion(
            @Schema(requiredMode = RequiredMode.REQUIRED) Box box,

            @Schema(description = "Pixels in the region", requiredMode = RequiredMode.REQUIRED, example = "1530")
            int area,

            @Schema(requiredMode = RequiredMode.REQUIRED) Position centroid,

            @Schema(description = "Largest raw map value", requiredMode = RequiredMode.REQUIRED, example = "0.972")
            double peak,

            @Schema(description = "Mean raw map value", requiredMode = RequiredMode.REQUIRED, example = "0.731")
            double mean,

            @Schema(
                    description = "Outline, clockwise, as [x, y] corners of pixels; the last joins the first",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "[[412, 250], [470, 250], [470, 291], [412, 291]]")
            List<List<Integer>> polygon) {

        static AnomalousRegion of(Region region) {
            return new AnomalousRegion(
                    new Box(region.x(), region.y(), region.width(), region.height()),
                    region.area(),
                    new Position(region.centroidX(), region.centroidY()),
                    region.peak(),
                    region.mean(),
                    region.polygon().stream()
                            .map(point -> List.of(point.x(), point.y()))
                            .toList());
        }
    }

    /** The bounding box of a region. */
    @Schema(name = "Box", description = "The bounding box of a region")
    record Box(
            @Schema(description = "Left edge", requiredMode = RequiredMode.REQUIRED, example = "412")
            int x,

            @Schema(description = "Top edge", requiredMode = RequiredMode.REQUIRED, example = "250")
            int y,

            @Schema(requiredMode = RequiredMode.REQUIRED, example = "58")
            int width,

            @Schema(requiredMode = RequiredMode.REQUIRED, example = "41")
            int height) {}

    /** A position in the image; the centre of the first pixel is (0.5, 0.5). */
    @Schema(name = "Position", description = "A position in the image; the centre of the first pixel is (0.5, 0.5)")
    record Position(
            @Schema(requiredMode = RequiredMode.REQUIRED, example = "440.5")
            double x,

            @Schema(requiredMode = RequiredMode.REQUIRED, example = "270.1")
            double y) {}

    /** Where the time went, in milliseconds. */
    @Schema(name = "Timing", description = "Where the time went, in milliseconds")
    record Timing(
            @Schema(description = "Bytes to pixels", requiredMode = RequiredMode.REQUIRED, example = "6.1")
            double decode,

            @Schema(description = "Pixels to the model's input", requiredMode = RequiredMode.REQUIRED, example = "2.4")
            double preprocess,

            @Schema(description = "Waiting for the model", requiredMode = RequiredMode.REQUIRED, example = "0.1")
            double queue,

            @Schema(description = "The model's run", requiredMode = RequiredMode.REQUIRED, example = "21.7")
            double inference,

            @Schema(
                    description = "Map to verdict, regions and pictures",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "3.0")
            double postprocess,

            @Schema(description = "All of it", requiredMode = RequiredMode.REQUIRED, example = "33.4")
            double total) {

        static Timing of(io.draem.service.detection.Timing timing) {
            return new Timing(
                    milliseconds(timing.decode()),
                    milliseconds(timing.preprocess()),
                    milliseconds(timing.queue()),
                    milliseconds(timing.inference()),
                    milliseconds(timing.postprocess()),
                    milliseconds(timing.total()));
        }

        private static double milliseconds(Duration duration) {
            return Math.round(duration.toNanos() / 1e3) / 1e3;
        }
    }

    static DetectionResponse of(String id, Detection detection) {
        Verdict verdict = detection.verdict();
        return new DetectionResponse(
                id,
                new Model(
                        detection.model().name(),
                        detection.model().version(),
                        detection.model().digest(),
                        detection.model().provider()),
                new Image(detection.width(), detection.height(), detection.digest()),
                verdict.anomalous(),
                verdict.score(),
                verdict.normalizedScore(),
                verdict.threshold(),
                verdict.pixelThreshold(),
                verdict.regions().stream().map(AnomalousRegion::of).toList(),
                picture(detection, Include.MAP),
                picture(detection, Include.MASK),
                picture(detection, Include.OVERLAY),
                picture(detection, Include.RECONSTRUCTION),
                Timing.of(detection.timing()));
    }

    private static @Nullable EncodedPicture picture(Detection detection, Include include) {
        var picture = detection.pictures().get(include);
        return picture == null
                ? null
                : new EncodedPicture(
                        include == Include.MAP ? "png16" : "png", picture.width(), picture.height(), picture.png());
    }
}
