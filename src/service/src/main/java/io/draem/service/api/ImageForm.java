package io.draem.service.api;

import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The form of a multipart request, for the contract alone.
 *
 * @param image the encoded image
 * @param roi the encoded mask
 */
@Schema(description = "A form with an image in it", additionalProperties = Schema.AdditionalPropertiesValue.FALSE)
record ImageForm(
        @Schema(
                description = "The encoded image",
                type = "string",
                format = "binary",
                requiredMode = Schema.RequiredMode.REQUIRED)
        byte[] image,

        @Schema(
                description =
                        "The encoded mask of the region of interest, of any size: what is white in it counts, in place of"
                                + " the model's own region",
                type = "string",
                format = "binary")
        byte @Nullable [] roi) {}
