package io.draem.service.api;

import io.swagger.v3.oas.annotations.media.Schema;

/**
 * The form of a multipart request, for the contract alone.
 *
 * @param image the encoded image
 */
@Schema(description = "A form with an image in it", additionalProperties = Schema.AdditionalPropertiesValue.FALSE)
record ImageForm(
        @Schema(
                description = "The encoded image",
                type = "string",
                format = "binary",
                requiredMode = Schema.RequiredMode.REQUIRED)
        byte[] image) {}
