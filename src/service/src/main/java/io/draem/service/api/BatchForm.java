package io.draem.service.api;

import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/**
 * The form of a request with several images, for the contract alone. It has no minimum and no maximum: the maximum is
 * configurable, and of either the Go generator makes code that does not compile.
 *
 * @param images the encoded images
 */
@Schema(description = "A form with several images in it", additionalProperties = Schema.AdditionalPropertiesValue.FALSE)
record BatchForm(
        @ArraySchema(
                arraySchema =
                        @Schema(
                                description = "The encoded images, each as a part of its own",
                                requiredMode = Schema.RequiredMode.REQUIRED),
                schema = @Schema(type = "string", format = "binary"))
        List<byte[]> images) {}
