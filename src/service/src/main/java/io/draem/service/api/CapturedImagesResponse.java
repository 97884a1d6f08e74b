package io.draem.service.api;

import io.draem.service.capture.CaptureFilter;
import io.draem.service.capture.CaptureStore;
import io.draem.service.capture.ReviewLabel;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;

/** Captured images. */
@Schema(name = "CapturedImages", description = "Captured images")
record CapturedImagesResponse(
        @Schema(description = "The latest first", requiredMode = Schema.RequiredMode.REQUIRED)
        List<CapturedImageResponse> images,

        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) Counts counts,

        @Schema(
                description = "The models of all captured images",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "[\"cookie\"]")
        List<String> models) {

    /** Numbers of images. */
    @Schema(name = "ReviewCounts", description = "Numbers of images of the model, and of the reason, by their label")
    record Counts(
            @Schema(description = "Without a label", requiredMode = Schema.RequiredMode.REQUIRED, example = "38")
            long none,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED, example = "112")
            long good,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED, example = "9")
            long defect,

            @Schema(requiredMode = Schema.RequiredMode.REQUIRED, example = "2")
            long unsure) {

        static Counts of(CaptureStore store, CaptureFilter filter) {
            Map<ReviewLabel, Long> labels = store.labels(filter);
            return new Counts(
                    store.count(new CaptureFilter(filter.model(), filter.reason(), List.of(), true)),
                    labels.getOrDefault(ReviewLabel.GOOD, 0L),
                    labels.getOrDefault(ReviewLabel.DEFECT, 0L),
                    labels.getOrDefault(ReviewLabel.UNSURE, 0L));
        }
    }
}
