package io.draem.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.frame.RegionOfInterest;
import io.draem.service.capture.CaptureReason;
import io.draem.service.capture.CapturedImage;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A captured image. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "CapturedImage", description = "A captured image, with the verdict of its response and its label")
record CapturedImageResponse(
        @Schema(description = "Higher for later images", requiredMode = Schema.RequiredMode.REQUIRED, example = "1017")
        long id,

        @Schema(description = "When it was captured", requiredMode = Schema.RequiredMode.REQUIRED)
        Instant time,

        @Schema(description = "Name of its model", requiredMode = Schema.RequiredMode.REQUIRED, example = "cookie")
        String model,

        @Schema(description = "Version that answered", requiredMode = Schema.RequiredMode.REQUIRED, example = "1")
        int version,

        @Schema(
                description = "SHA-256 of the model's file",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
        String modelDigest,

        @Schema(
                description = "SHA-256 of the image's file",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
        String digest,

        @Schema(
                description = "Media type of the image's file",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "image/jpeg")
        String type,

        @Schema(description = "Pixels in a row", requiredMode = Schema.RequiredMode.REQUIRED, example = "1000")
        int width,

        @Schema(description = "Rows", requiredMode = Schema.RequiredMode.REQUIRED, example = "1000")
        int height,

        @Schema(
                description = "Why it was captured: anomalous, near-threshold, unusual, disagreement, random",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "[\"anomalous\"]")
        List<String> reasons,

        @Schema(description = "The verdict", requiredMode = Schema.RequiredMode.REQUIRED)
        boolean anomalous,

        @Schema(description = "Raw image score", requiredMode = Schema.RequiredMode.REQUIRED, example = "0.71")
        double score,

        @Schema(
                description = "0 to 1, 0.5 at the threshold",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "0.62")
        double normalizedScore,

        @Schema(
                description = "Raw image threshold that was applied",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "0.55")
        double threshold,

        @Schema(
                description = "Raw threshold of the regions",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "0.47")
        double pixelThreshold,

        @Schema(
                description = "Number of regions that the model found",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "2")
        int regions,

        @Schema(
                description = "Whether its map and its mask were kept",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "true")
        boolean map,

        @Schema(description = "The verdict of a candidate that disagreed; absent for none") @Nullable
        Candidate candidate,

        @Schema(description = "What a reviewer said; absent without a label") @Nullable
        Review review,

        @Schema(
                description = "Number of labels that were set before: send it with the next one",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "0")
        int revision) {

    /** The verdict of a candidate. */
    @Schema(name = "CandidateVerdict", description = "The verdict of a candidate")
    record Candidate(
            @Schema(requiredMode = Schema.RequiredMode.REQUIRED, example = "2")
            int version,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED, example = "false")
            boolean anomalous,

            @Schema(
                    description = "0 to 1, 0.5 at its threshold",
                    requiredMode = Schema.RequiredMode.REQUIRED,
                    example = "0.41")
            double normalizedScore) {}

    /** What a reviewer said. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "Review", description = "What a reviewer said of an image")
    record Review(
            @Schema(
                    description = "good, defect or unsure",
                    requiredMode = Schema.RequiredMode.REQUIRED,
                    example = "defect")
            String label,

            @Schema(
                    description = "The polygons that the reviewer drew around the defect, each a list of points [x, y]"
                            + " relative to the image; absent where the regions of the model hold",
                    example = "[[[0.1, 0.1], [0.2, 0.1], [0.2, 0.3]]]")
            @Nullable
            List<List<List<Double>>> outlines,

            @Schema(description = "Name of the reviewer's key", requiredMode = Schema.RequiredMode.REQUIRED)
            String reviewer,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED)
            Instant time) {

        static @Nullable Review of(CapturedImage.Review review) {
            return review.label() == null || review.reviewer() == null || review.time() == null
                    ? null
                    : new Review(review.label().id(), outlines(review.outlines()), review.reviewer(), review.time());
        }

        private static @Nullable List<List<List<Double>>> outlines(@Nullable String json) {
            return json == null
                    ? null
                    : RegionOfInterestResponse.points(
                            RegionOfInterest.ofJson(json).polygons());
        }
    }

    static CapturedImageResponse of(CapturedImage image) {
        CapturedImage.ModelVerdict verdict = image.verdict();
        CapturedImage.CandidateVerdict candidate = image.candidate();
        CapturedImage.Review review = image.review();
        return new CapturedImageResponse(
                image.id(),
                image.time(),
                verdict.model(),
                verdict.version(),
                verdict.modelDigest(),
                image.digest(),
                image.format().mediaType(),
                image.size().width(),
                image.size().height(),
                image.reasons().stream().map(CaptureReason::id).toList(),
                verdict.anomalous(),
                verdict.score(),
                verdict.normalizedScore(),
                verdict.threshold(),
                verdict.pixelThreshold(),
                verdict.regions(),
                image.hasMap(),
                candidate == null
                        ? null
                        : new Candidate(candidate.version(), candidate.anomalous(), candidate.normalizedScore()),
                Review.of(review),
                review.revision());
    }
}
