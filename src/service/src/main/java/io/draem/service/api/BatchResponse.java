package io.draem.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.service.web.Problem;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Outcome of a batch, as JSON. */
@Schema(name = "DetectionBatch", description = "Outcome of several images")
record BatchResponse(
        @Schema(
                description = "The id of the request (X-Request-Id)",
                requiredMode = RequiredMode.REQUIRED,
                example = "7f9c24e8-3b12-4c6f-9e52-1b0c1f0f4b8e")
        String id,

        @Schema(description = "How many images have a verdict", requiredMode = RequiredMode.REQUIRED, example = "1")
        int succeeded,

        @Schema(description = "How many images have a problem", requiredMode = RequiredMode.REQUIRED, example = "1")
        int failed,

        @Schema(description = "One for each image, in the order of the parts", requiredMode = RequiredMode.REQUIRED)
        List<Entry> results) {

    static BatchResponse of(String id, List<Entry> results) {
        int succeeded = (int)
                results.stream().filter(entry -> entry.detection() != null).count();
        return new BatchResponse(id, succeeded, results.size() - succeeded, results);
    }

    /** Outcome of one image: a verdict or a problem. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "DetectionBatchEntry", description = "Outcome of one image: a verdict or a problem")
    record Entry(
            @Schema(
                    description = "The part's file name, shortened to 128 characters, without control characters",
                    example = "part-0142.jpg")
            @Nullable
            String fileName,

            @Schema(description = "The verdict, where there is one") @Nullable
            DetectionResponse detection,

            @Schema(description = "Why there is no verdict, as /v1/detect reports it") @Nullable
            Problem problem) {}
}
