package io.draem.service.api;

import io.swagger.v3.oas.annotations.media.Schema;
import java.net.URI;

/**
 * A problem document of RFC 9457.
 *
 * @param type which problem it is
 * @param title the problem in words
 * @param status the HTTP status
 * @param detail what is wrong with this request, and the remedy
 */
@Schema(description = "A problem document of RFC 9457")
record Problem(
        @Schema(
                description = "Which problem it is; stable",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "urn:draem:problem:invalid-image")
        URI type,

        @Schema(
                description = "The problem in words",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "The image cannot be read")
        String title,

        @Schema(description = "The HTTP status", requiredMode = Schema.RequiredMode.REQUIRED, example = "400")
        int status,

        @Schema(
                description = "What is wrong with this request, and the remedy",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "The JPEG file ends too early: send it whole")
        String detail) {}
