package io.draem.service.web;

import io.swagger.v3.oas.annotations.media.Schema;
import java.net.URI;

/**
 * A problem document of RFC 9457.
 *
 * @param type which problem it is
 * @param title the problem in words
 * @param status the HTTP status
 * @param detail what is wrong with this request, and the remedy
 * @param requestId the id of the request, as in the header {@value Headers#REQUEST_ID} and in the log
 */
@Schema(description = "A problem document of RFC 9457")
public record Problem(
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
                example = "The JPEG is truncated, it ends before its end marker: transfer the whole file")
        String detail,

        @Schema(
                description = "The id of the request, as in the header X-Request-Id and in the service's log",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "7f9c24e8-3b12-4c6f-9e52-1b0c1f0f4b8e")
        String requestId) {}
