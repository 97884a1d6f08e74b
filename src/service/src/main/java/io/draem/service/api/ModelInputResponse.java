package io.draem.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.frame.FrameSize;
import io.draem.frame.Tiling;
import io.draem.model.ModelCard;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import org.jspecify.annotations.Nullable;

/** Input of a model, as JSON. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
        name = "ModelInput",
        description = "Input of the model; images are resized to it, or scaled and cut into tiles of its size")
record ModelInputResponse(
        @Schema(description = "Width in pixels", requiredMode = RequiredMode.REQUIRED, example = "256")
        int width,

        @Schema(description = "Height in pixels", requiredMode = RequiredMode.REQUIRED, example = "256")
        int height,

        @Schema(description = "Order of the channels", requiredMode = RequiredMode.REQUIRED, example = "RGB")
        String color,

        @Schema(
                description = "How images are resized",
                requiredMode = RequiredMode.REQUIRED,
                example = "antialiased-bilinear")
        String resize,

        @Schema(
                description =
                        "Stored value of 16-bit samples that is white where an image does not declare it; absent for"
                                + " the full range",
                minimum = "256",
                maximum = "65535",
                example = "4095")
        @Nullable
        Integer whiteLevel,

        @Schema(
                ref = SchemaNames.IMAGE_SCORE,
                description = "Where the score of an image comes from",
                requiredMode = RequiredMode.REQUIRED)
        String imageScore,

        @Schema(description = "How images are cut into tiles; absent where they are resized as a whole") @Nullable
        TilingResponse tiling) {

    /** How images are cut into tiles. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(
            name = "ModelTiling",
            description = "How images are scaled and cut into tiles, each an input of the network")
    record TilingResponse(
            @Schema(description = "Width of a tile in pixels", requiredMode = RequiredMode.REQUIRED, example = "256")
            int width,

            @Schema(description = "Height of a tile in pixels", requiredMode = RequiredMode.REQUIRED, example = "256")
            int height,

            @Schema(
                    description = "Smallest number of pixels that neighboring tiles share",
                    requiredMode = RequiredMode.REQUIRED,
                    minimum = "0",
                    example = "32")
            int overlap,

            @Schema(
                    description =
                            "Pixels outside the frame that the tiles at its border cover. A side that is not longer"
                                    + " than a tile has one tile, centered on it",
                    requiredMode = RequiredMode.REQUIRED,
                    minimum = "0",
                    example = "32")
            int margin,

            @Schema(
                    description =
                            "Factor by which images are scaled before they are cut; absent where frame is present",
                    example = "0.5")
            @Nullable
            Double scale,

            @Schema(description = "Size to which images are scaled before they are cut; absent where scale is present")
            @Nullable
            Size frame,

            @Schema(
                    description = "How the maps of tiles are joined: in overlaps by weights of sine squared",
                    requiredMode = RequiredMode.REQUIRED,
                    example = Tiling.BLENDING)
            String blending,

            @Schema(
                    description =
                            "What fills the part of a tile that is outside the frame: the reflection of the frame",
                    requiredMode = RequiredMode.REQUIRED,
                    example = Tiling.PADDING)
            String padding) {}

    /** Width and height. */
    @Schema(name = "FrameSize", description = "A size in pixels")
    record Size(
            @Schema(requiredMode = RequiredMode.REQUIRED, example = "2048")
            int width,

            @Schema(requiredMode = RequiredMode.REQUIRED, example = "1500")
            int height) {}

    static ModelInputResponse of(ModelCard card) {
        return new ModelInputResponse(
                card.width(),
                card.height(),
                ModelCard.CHANNEL_ORDER,
                ModelCard.RESIZE,
                card.whiteLevel().isPresent() ? card.whiteLevel().getAsInt() : null,
                card.framing().score().id(),
                tiling(card));
    }

    private static @Nullable TilingResponse tiling(ModelCard card) {
        Tiling tiling = card.framing().tiling();
        if (tiling == null) {
            return null;
        }
        FrameSize fixed = tiling.scale().fixed();
        return new TilingResponse(
                card.width(),
                card.height(),
                tiling.overlap(),
                tiling.margin(),
                fixed == null ? tiling.scale().factor() : null,
                fixed == null ? null : new Size(fixed.width(), fixed.height()),
                Tiling.BLENDING,
                Tiling.PADDING);
    }
}
