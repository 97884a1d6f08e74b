package io.draem.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.score.Proportion;
import io.draem.service.models.Candidate;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ServedModel;
import io.draem.text.SafeText;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** A model in service, as JSON. */
@Schema(name = "Model", description = "A model in service")
record ModelResponse(
        @Schema(description = "Name of the model", requiredMode = RequiredMode.REQUIRED, example = "cookie")
        String name,

        @JsonProperty("default")
        @Schema(
                description = "Whether it answers requests that name no model",
                requiredMode = RequiredMode.REQUIRED,
                example = "true")
        boolean isDefault,

        @Schema(description = "Version in service", requiredMode = RequiredMode.REQUIRED, example = "1")
        int version,

        @Schema(
                description = "SHA-256 of the model's file",
                requiredMode = RequiredMode.REQUIRED,
                example = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
        String digest,

        @Schema(ref = SchemaNames.PROVIDER, description = "Where the model runs", requiredMode = RequiredMode.REQUIRED)
        String provider,

        @Schema(
                description =
                        "Whether it is open; otherwise its next request opens it (draem.models.loading=on-demand)",
                requiredMode = RequiredMode.REQUIRED,
                example = "true")
        boolean open,

        @Schema(
                description = "Whether score and map leave the graph normalized, 0.5 at the threshold, as in exports of"
                        + " anomalib; the raw values are then unknown",
                requiredMode = RequiredMode.REQUIRED,
                example = "false")
        boolean scoresNormalized,

        @Schema(requiredMode = RequiredMode.REQUIRED) ModelInputResponse input,

        @Schema(requiredMode = RequiredMode.REQUIRED) RegionOfInterestResponse.OfModel regionOfInterest,

        @Schema(requiredMode = RequiredMode.REQUIRED) Thresholds thresholds,

        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(
                description =
                        "Smallest number of pixels in a region; absent where draem.regions.min-area of the service applies",
                minimum = "1",
                example = "16")
        @Nullable
        Integer minRegionArea,

        @Schema(description = "Raw image scores seen in calibration", requiredMode = RequiredMode.REQUIRED)
        Range scoreRange,

        @Schema(description = "Raw map values seen in calibration", requiredMode = RequiredMode.REQUIRED)
        Range mapRange,

        @Schema(requiredMode = RequiredMode.REQUIRED) Images calibration,

        @Schema(
                description = "Whether the model returns its reconstruction of an image",
                requiredMode = RequiredMode.REQUIRED)
        boolean reconstruction,

        @Schema(description = "Figures of the evaluation after training", requiredMode = RequiredMode.REQUIRED)
        Map<String, @Nullable Object> metrics,

        @Schema(
                description =
                        "The versions in service, the one that answers when none is named first, and those that were refused",
                requiredMode = RequiredMode.REQUIRED)
        List<Version> versions) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Raw values above which something is anomalous. */
    @Schema(name = "Thresholds", description = "Raw values above which something is anomalous")
    record Thresholds(
            @Schema(
                    ref = SchemaNames.THRESHOLD_RULE,
                    description = "How they were found",
                    requiredMode = RequiredMode.REQUIRED)
            String rule,

            @Schema(description = "For the image's score", requiredMode = RequiredMode.REQUIRED, example = "0.543")
            double image,

            @Schema(description = "For a pixel of the map", requiredMode = RequiredMode.REQUIRED, example = "0.5")
            double pixel) {}

    /** From the smallest to the largest value. */
    @Schema(name = "ValueRange", description = "From the smallest to the largest value")
    record Range(
            @Schema(requiredMode = RequiredMode.REQUIRED, example = "0.02")
            double min,

            @Schema(requiredMode = RequiredMode.REQUIRED, example = "0.99")
            double max) {}

    /** An interval of a share, 0 to 1. */
    @Schema(name = "ShareInterval", description = "An interval of a share, 0 to 1")
    record Share(
            @Schema(requiredMode = RequiredMode.REQUIRED, example = "0.001")
            double min,

            @Schema(requiredMode = RequiredMode.REQUIRED, example = "0.19")
            double max) {}

    /** Numbers of images in the calibration. */
    @Schema(name = "CalibrationImages", description = "Numbers of images in the calibration")
    record Images(
            @Schema(description = "Without an anomaly", requiredMode = RequiredMode.REQUIRED, example = "20")
            int normal,

            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Schema(
                    description =
                            "Of those without an anomaly, how many are above the model's image threshold; absent where"
                                    + " unknown",
                    example = "1")
            @Nullable
            Integer normalAbove,

            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Schema(
                    description = "Share of new images without an anomaly that is expected above the model's image"
                            + " threshold: the 95 % interval of the share in calibration; absent where unknown, or"
                            + " without such images")
            @Nullable
            Share expectedFalseAlarms,

            @Schema(description = "With a real anomaly", requiredMode = RequiredMode.REQUIRED, example = "10")
            int anomalous,

            @Schema(description = "With a synthetic anomaly", requiredMode = RequiredMode.REQUIRED, example = "20")
            int synthetic) {

        static Images of(Calibration calibration) {
            Proportion rate = calibration.falseAlarms();
            return new Images(
                    calibration.normalImages(),
                    calibration.normalAbove(),
                    rate == null ? null : new Share(rate.min(), rate.max()),
                    calibration.anomalousImages(),
                    calibration.syntheticImages());
        }
    }

    /** A version in the model's directory. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "ModelVersion", description = "A version in the model's directory")
    record Version(
            @Schema(requiredMode = RequiredMode.REQUIRED, example = "1")
            int version,

            @Schema(ref = SchemaNames.VERSION_STATE, requiredMode = RequiredMode.REQUIRED)
            String state,

            @Schema(description = "Why it was refused, or why it answers only requests that name it") @Nullable
            String reason) {}

    static ModelResponse of(ServedModel model, ModelRepository models) {
        ModelCard card = model.card();
        Calibration calibration = card.calibration();
        List<Version> versions = new ArrayList<>();
        Candidate candidate = models.candidate(model.name());
        models.versions(model.name())
                .forEach(loaded -> versions.add(new Version(
                        loaded.version(),
                        candidate != null && candidate.model() == loaded ? "candidate" : "served",
                        loaded.isSuspended() || candidate != null && candidate.model() == loaded && loaded.isFailing()
                                ? "it failed on " + loaded.recentFailures()
                                : null)));
        models.refused(model.name()).stream()
                .map(refused -> new Version(refused.version(), "refused", refused.reason()))
                .forEach(versions::add);
        return new ModelResponse(
                model.name(),
                models.isDefault(model),
                model.version(),
                model.digest(),
                model.provider(),
                model.isOpen(),
                model.scoresNormalized(),
                ModelInputResponse.of(card),
                RegionOfInterestResponse.OfModel.of(card.framing()),
                new Thresholds(
                        model.scoresNormalized() ? "graph" : calibration.rule().id(),
                        calibration.imageThreshold(),
                        calibration.pixelThreshold()),
                card.minRegionArea(),
                new Range(calibration.scoreMin(), calibration.scoreMax()),
                new Range(calibration.mapMin(), calibration.mapMax()),
                Images.of(calibration),
                model.reconstructs(),
                metrics(card),
                versions);
    }

    private static Map<String, @Nullable Object> metrics(ModelCard card) {
        Map<String, @Nullable Object> metrics = new LinkedHashMap<>();
        JSON.convertValue(card.metrics(), new TypeReference<Map<String, @Nullable Object>>() {})
                .forEach((key, value) -> metrics.put(SafeText.escaped(key), safe(value)));
        return metrics;
    }

    /** Texts of a graph may hold anything. */
    private static @Nullable Object safe(@Nullable Object value) {
        if (value instanceof String text) {
            return SafeText.escaped(text);
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> safe = new ArrayList<>();
            list.forEach(item -> safe.add(safe(item)));
            return safe;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> safe = new LinkedHashMap<>();
            map.forEach((key, item) -> safe.put(SafeText.escaped(String.valueOf(key)), safe(item)));
            return safe;
        }
        return value;
    }
}
