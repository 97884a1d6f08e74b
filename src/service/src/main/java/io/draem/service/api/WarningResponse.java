package io.draem.service.api;

import io.draem.image.ImageWarning;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;

/** What the decoder noticed about an image, as JSON. */
@Schema(name = "ImageWarning", description = "What the decoder noticed about an image")
record WarningResponse(
        @Schema(
                description = "low-values, above-white-level, stray-bytes or codec; later releases may add others",
                requiredMode = RequiredMode.REQUIRED,
                example = "low-values")
        String type,

        @Schema(
                description = "One sentence for people",
                requiredMode = RequiredMode.REQUIRED,
                example = "All 16-bit values lie below 8192")
        String message) {

    static WarningResponse of(ImageWarning warning) {
        return new WarningResponse(warning.kind().id(), warning.message());
    }
}
