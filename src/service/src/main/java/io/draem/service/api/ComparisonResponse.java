package io.draem.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.score.Proportion;
import io.draem.service.models.ServedModel;
import io.draem.service.shadow.ComparisonSummary;
import io.draem.service.shadow.ShadowListener.Outcome;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a candidate compares with the version that answers, as JSON. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
        name = "Comparison",
        description =
                "How the verdicts of a candidate compare with those of the version in service, on images that this one"
                        + " answered, since both are in service")
record ComparisonResponse(
        @Schema(description = "Name of the model", requiredMode = RequiredMode.REQUIRED, example = "cookie")
        String name,

        @Schema(description = "The version that answers", requiredMode = RequiredMode.REQUIRED)
        Side served,

        @Schema(description = "The version that is tried", requiredMode = RequiredMode.REQUIRED)
        Side candidate,

        @Schema(
                description = "Share of the images that the candidate examines too",
                minimum = "0",
                maximum = "1",
                requiredMode = RequiredMode.REQUIRED,
                example = "0.1")
        double share,

        @Schema(
                description = "Share of the requests without a version that the candidate answers; their images are not"
                        + " compared",
                minimum = "0",
                maximum = "1",
                requiredMode = RequiredMode.REQUIRED,
                example = "0.05")
        double answerShare,

        @Schema(requiredMode = RequiredMode.REQUIRED) Counts images,

        @Schema(
                description =
                        "What the compared images show by 95 % intervals: whether the candidate finds more or fewer"
                                + " images anomalous, otherwise whether more than 2 % of the verdicts differ; with too few images"
                                + " nothing. The intervals are for one look at independent images: repeated looks find a wrong"
                                + " conclusion more often, and an equal image counts each time that it is sent",
                allowableValues = {"undecided", "same", "more-anomalous", "fewer-anomalous", "different"},
                requiredMode = RequiredMode.REQUIRED,
                example = "undecided")
        String conclusion,

        @Schema(description = "95 % interval of the share of images with different verdicts; absent without images")
        ModelResponse.@Nullable Share disagreement,

        @Schema(description = "Absent without images") @Nullable
        Differences scoreDifference,

        @Schema(
                description = "The last 20 images with different verdicts, the newest first",
                requiredMode = RequiredMode.REQUIRED)
        List<Disagreement> disagreements) {

    /** One of the versions. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "ComparedVersion", description = "One of the versions that are compared")
    record Side(
            @Schema(requiredMode = RequiredMode.REQUIRED, example = "1")
            int version,

            @Schema(
                    description = "SHA-256 of the model's file",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
            String digest,

            @Schema(description = "Times of the last 1000 images; absent without images") @Nullable
            Times inference) {

        static Side of(ServedModel model, ComparisonSummary.@Nullable Times times) {
            return new Side(
                    model.version(),
                    model.digest(),
                    times == null ? null : new Times(rounded(times.median()), rounded(times.p95())));
        }
    }

    /** Milliseconds of the model's runs for one image. */
    @Schema(name = "InferenceTimes", description = "Milliseconds of the model's runs for one image")
    record Times(
            @Schema(requiredMode = RequiredMode.REQUIRED, example = "21.7")
            double median,

            @Schema(description = "95th percentile", requiredMode = RequiredMode.REQUIRED, example = "30.2")
            double p95) {}

    /** Numbers of images. */
    @Schema(name = "ComparedImages", description = "Numbers of images")
    record Counts(
            @Schema(
                    description = "With a verdict of both versions: the sum of the next four",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "200")
            int compared,

            @Schema(description = "Normal to both", requiredMode = RequiredMode.REQUIRED, example = "181")
            int bothNormal,

            @Schema(description = "Anomalous to both", requiredMode = RequiredMode.REQUIRED, example = "12")
            int bothAnomalous,

            @Schema(
                    description = "Anomalous to the version that answers, normal to the candidate",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "2")
            int servedAnomalous,

            @Schema(
                    description = "Normal to the version that answers, anomalous to the candidate",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "5")
            int candidateAnomalous,

            @Schema(description = "On which the candidate failed", requiredMode = RequiredMode.REQUIRED, example = "0")
            int failed,

            @Schema(
                    description = "That the candidate did not examine, since requests left it no time or memory",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "3")
            int dropped,

            @Schema(
                    description = "That the candidate answered, which are not compared",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "11")
            int answered) {

        static Counts of(ComparisonSummary summary) {
            Map<Outcome, Integer> counts = summary.counts();
            return new Counts(
                    summary.compared(),
                    counts.getOrDefault(Outcome.BOTH_NORMAL, 0),
                    counts.getOrDefault(Outcome.BOTH_ANOMALOUS, 0),
                    counts.getOrDefault(Outcome.SERVED_ANOMALOUS, 0),
                    counts.getOrDefault(Outcome.CANDIDATE_ANOMALOUS, 0),
                    counts.getOrDefault(Outcome.FAILED, 0),
                    counts.getOrDefault(Outcome.DROPPED, 0),
                    counts.getOrDefault(Outcome.ANSWERED, 0));
        }
    }

    /** Differences of normalized scores. */
    @Schema(
            name = "ScoreDifference",
            description =
                    "Normalized score of the candidate less that of the version that answers, over the last 1000 images")
    record Differences(
            @Schema(requiredMode = RequiredMode.REQUIRED, example = "-0.012")
            double mean,

            @Schema(description = "Mean without signs", requiredMode = RequiredMode.REQUIRED, example = "0.034")
            double meanAbsolute,

            @Schema(
                    description = "The one that is farthest from 0",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "-0.31")
            double largest) {}

    /** An image with different verdicts. */
    @Schema(name = "Disagreement", description = "An image with different verdicts")
    record Disagreement(
            @Schema(requiredMode = RequiredMode.REQUIRED) Instant time,

            @Schema(
                    description = "SHA-256 of the image's file, as in its response",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
            String digest,

            @Schema(
                    description = "Normalized score of the version that answered, 0.5 at its threshold",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "0.55")
            double servedScore,

            @Schema(
                    description = "Normalized score of the candidate, 0.5 at its threshold",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "0.31")
            double candidateScore) {}

    static ComparisonResponse of(ComparisonSummary summary) {
        Proportion disagreement = summary.disagreement();
        ComparisonSummary.Differences differences = summary.differences();
        return new ComparisonResponse(
                summary.served().name(),
                Side.of(summary.served(), summary.servedTimes()),
                Side.of(summary.candidate(), summary.candidateTimes()),
                summary.share(),
                summary.answerShare(),
                Counts.of(summary),
                summary.conclusion().id(),
                disagreement == null ? null : new ModelResponse.Share(disagreement.min(), disagreement.max()),
                differences == null
                        ? null
                        : new Differences(differences.mean(), differences.meanAbsolute(), differences.largest()),
                summary.disagreements().stream()
                        .map(image -> new Disagreement(
                                image.time(), image.digest(), image.servedScore(), image.candidateScore()))
                        .toList());
    }

    private static double rounded(double milliseconds) {
        return Math.round(milliseconds * 1000) / 1000.0;
    }
}
