package io.draem.service.api;

import io.draem.service.detection.Detection;
import io.draem.service.detection.Include;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import org.jspecify.annotations.Nullable;

/** A picture inside the answer. */
@Schema(name = "Picture", description = "A picture inside the answer")
record PictureResponse(
        @Schema(
                ref = SchemaNames.PICTURE_ENCODING,
                description = "Form of the data",
                requiredMode = RequiredMode.REQUIRED)
        String encoding,

        @Schema(description = "Width in pixels", requiredMode = RequiredMode.REQUIRED, example = "1024")
        int width,

        @Schema(description = "Height in pixels", requiredMode = RequiredMode.REQUIRED, example = "768")
        int height,

        @Schema(
                description = "The file, or the values, in base64",
                type = "string",
                format = "byte",
                requiredMode = RequiredMode.REQUIRED)
        byte[] data) {

    /** Returns the picture for JSON; null for none. */
    static @Nullable PictureResponse of(Include include, Detection.@Nullable Picture picture) {
        if (picture == null) {
            return null;
        }
        String encoding = switch (include) {
            case MAP -> "png16";
            case MAP_FLOAT32 -> "float32";
            default -> "png";
        };
        return new PictureResponse(encoding, picture.width(), picture.height(), picture.data());
    }
}
