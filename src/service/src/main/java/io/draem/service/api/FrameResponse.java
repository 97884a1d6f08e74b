package io.draem.service.api;

import io.draem.service.detection.Detection;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an image was scaled to and cut into, as JSON. */
@Schema(name = "Frame", description = "The image as it was scaled for the model and cut into tiles")
record FrameResponse(
        @Schema(description = "Width in pixels", requiredMode = RequiredMode.REQUIRED, example = "2048")
        int width,

        @Schema(description = "Height in pixels", requiredMode = RequiredMode.REQUIRED, example = "1500")
        int height,

        @Schema(
                description = "Number of tiles that cover the frame",
                requiredMode = RequiredMode.REQUIRED,
                minimum = "1",
                example = "63")
        int tiles,

        @Schema(
                description = "Number of tiles that ran: those with a pixel of the region of interest",
                requiredMode = RequiredMode.REQUIRED,
                minimum = "1",
                example = "49")
        int run) {

    /** Returns the frame of an image; null where it was not cut. */
    static @Nullable FrameResponse of(Detection.@Nullable CutFrame frame) {
        return frame == null
                ? null
                : new FrameResponse(frame.size().width(), frame.size().height(), frame.tiles(), frame.run());
    }

    /** Returns the tiles of an image, row by row; null where they were not requested. */
    static @Nullable List<Tile> tiles(Detection detection) {
        List<Detection.Tile> tiles = detection.tiles();
        return tiles == null ? null : tiles.stream().map(Tile::of).toList();
    }

    /** A part of the image that is an input of the network. */
    @Schema(
            name = "Tile",
            description =
                    "A part of the image that is one input of the network, in pixels of the image. Neighboring tiles overlap")
    record Tile(
            @Schema(description = "Left edge", requiredMode = RequiredMode.REQUIRED, example = "448")
            int x,

            @Schema(description = "Top edge", requiredMode = RequiredMode.REQUIRED, example = "0")
            int y,

            @Schema(
                    description = "Width in pixels, without padding",
                    requiredMode = RequiredMode.REQUIRED,
                    minimum = "1",
                    example = "512")
            int width,

            @Schema(
                    description = "Height in pixels, without padding",
                    requiredMode = RequiredMode.REQUIRED,
                    minimum = "1",
                    example = "512")
            int height,

            @Schema(
                    description = "Whether it ran; false where none of it is in the region of interest",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "true")
            boolean run) {

        static Tile of(Detection.Tile tile) {
            return new Tile(tile.x(), tile.y(), tile.width(), tile.height(), tile.run());
        }
    }
}
