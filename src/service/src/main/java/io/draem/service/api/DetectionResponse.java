package io.draem.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.score.Verdict;
import io.draem.service.detection.Detection;
import io.draem.service.detection.Include;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The verdict on one image, as JSON. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Detection", description = "The verdict on one image")
record DetectionResponse(
        @Schema(
                description = "The id of the request (X-Request-Id); of an image of a batch, followed by its number",
                requiredMode = RequiredMode.REQUIRED,
                example = "7f9c24e8-3b12-4c6f-9e52-1b0c1f0f4b8e")
        String id,

        @Schema(requiredMode = RequiredMode.REQUIRED) Model model,
        @Schema(requiredMode = RequiredMode.REQUIRED) Image image,
        @Schema(requiredMode = RequiredMode.REQUIRED) InputResponse input,

        @Schema(description = "The image as it was scaled and cut into tiles; absent for a model without tiles")
        @Nullable
        FrameResponse frame,

        @Schema(description = "The part of the image that counted; absent where all of it did") @Nullable
        RegionOfInterestResponse regionOfInterest,

        @Schema(
                description =
                        "The tiles that the image was cut into, row by row; with include=tiles. For a model without tiles it is"
                                + " one, the whole image")
        @Nullable
        List<FrameResponse.Tile> tiles,

        @Schema(
                description =
                        "Parts of the file that may have been read differently than intended; empty for most images",
                requiredMode = RequiredMode.REQUIRED)
        List<WarningResponse> warnings,

        @Schema(
                description = "Whether the score is strictly above the threshold",
                requiredMode = RequiredMode.REQUIRED,
                example = "true")
        boolean anomalous,

        @Schema(
                description =
                        "Image score, 0 to 1, raw unless scoresNormalized. imageScore of the model's input is whether it comes"
                                + " from the graph or from the map",
                requiredMode = RequiredMode.REQUIRED,
                example = "0.914")
        double score,

        @Schema(
                description = "Score from 0 to 1 with 0.5 at the threshold",
                requiredMode = RequiredMode.REQUIRED,
                example = "0.871")
        double normalizedScore,

        @Schema(
                description = "Whether score and map leave the graph normalized, as in exports of anomalib; the raw"
                        + " values are then unknown, and score, map and thresholds are the normalized ones",
                requiredMode = RequiredMode.REQUIRED,
                example = "false")
        boolean scoresNormalized,

        @Schema(
                description = "Raw image score above which the image is anomalous",
                requiredMode = RequiredMode.REQUIRED,
                example = "0.543")
        double threshold,

        @Schema(
                description = "Raw map value above which a pixel belongs to a region, the mask and the overlay's heat",
                requiredMode = RequiredMode.REQUIRED,
                example = "0.5")
        double pixelThreshold,

        @Schema(
                description =
                        "Whether pixelThreshold is below the one of the request or the model: no pixel of an anomalous"
                                + " image is above that one, and pixelThreshold is the middle between the smallest and"
                                + " the largest value of its map, so that the region of its peak is reported",
                requiredMode = RequiredMode.REQUIRED,
                example = "false")
        boolean pixelThresholdLowered,

        @Schema(
                description =
                        "Smallest number of pixels in a region: of the request, else of the model, else of the service. The region"
                                + " of the peak of an anomalous image is reported whatever its size",
                requiredMode = RequiredMode.REQUIRED,
                minimum = "1",
                example = "16")
        int minRegionArea,

        @Schema(
                description = "Number of all regions, including those beyond the 100 in regions",
                requiredMode = RequiredMode.REQUIRED,
                minimum = "0",
                example = "1")
        int regionCount,

        @Schema(
                description =
                        "Connected pixels above the pixel threshold, whatever the verdict: the 100 with the largest"
                                + " peaks, the largest first. An anomalous image has at least one",
                requiredMode = RequiredMode.REQUIRED)
        List<RegionResponse> regions,

        @Schema(description = "The raw anomaly map as a 16-bit picture; with include=map") @Nullable
        PictureResponse anomalyMap,

        @Schema(description = "The raw anomaly map, exact; with include=map-float32") @Nullable
        PictureResponse anomalyMapFloat32,

        @Schema(description = "The pixels above the pixel threshold; with include=mask") @Nullable
        PictureResponse mask,

        @Schema(description = "The image with the anomalies marked on it; with include=overlay") @Nullable
        PictureResponse overlay,

        @Schema(description = "The reconstruction of the image; with include=reconstruction") @Nullable
        PictureResponse reconstruction,

        @Schema(requiredMode = RequiredMode.REQUIRED) TimingResponse timing) {

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
                    ref = SchemaNames.PROVIDER,
                    description = "Where the model ran",
                    requiredMode = RequiredMode.REQUIRED)
            String provider) {}

    /** The image that was sent. */
    @Schema(name = "ImageReference", description = "The image that was sent, upright")
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

    static DetectionResponse of(String id, Detection detection) {
        Verdict verdict = detection.verdict();
        return new DetectionResponse(
                id,
                new Model(
                        detection.model().name(),
                        detection.model().version(),
                        detection.model().digest(),
                        detection.model().provider()),
                new Image(detection.image().width(), detection.image().height(), detection.digest()),
                InputResponse.of(detection.input()),
                FrameResponse.of(detection.frame()),
                RegionOfInterestResponse.of(detection.region()),
                FrameResponse.tiles(detection),
                detection.warnings().stream().map(WarningResponse::of).toList(),
                verdict.anomalous(),
                verdict.score(),
                verdict.normalizedScore(),
                detection.model().scoresNormalized(),
                verdict.threshold(),
                verdict.regions().pixelThreshold(),
                verdict.regions().lowered(),
                verdict.minRegionArea(),
                verdict.regions().count(),
                verdict.regions().largest().stream()
                        .map(region -> RegionResponse.of(region, detection.outlines()))
                        .toList(),
                picture(detection, Include.MAP),
                picture(detection, Include.MAP_FLOAT32),
                picture(detection, Include.MASK),
                picture(detection, Include.OVERLAY),
                picture(detection, Include.RECONSTRUCTION),
                TimingResponse.of(detection.timing()));
    }

    private static @Nullable PictureResponse picture(Detection detection, Include include) {
        return PictureResponse.of(include, detection.pictures().get(include));
    }
}
