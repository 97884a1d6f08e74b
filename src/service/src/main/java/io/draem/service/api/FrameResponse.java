package io.draem.service.api;

import io.draem.frame.FramePlan;
import io.draem.service.detection.Detection;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What an image was scaled to and cut into, as JSON. */
@Schema(name = "Frame", description = "The image as it was scaled for the model and cut into tiles")
record FrameResponse(
        @Schema(description = "Width in pixels", requiredMode = RequiredMode.REQUIRED, example = "2048")
        int width,

        @Schema(description = "Height in pixels", requiredMode = RequiredMode.REQUIRED, example = "1500")
        int height,

        @Schema(
                description = "Tiles that cover it",
                requiredMode = RequiredMode.REQUIRED,
                minimum = "1",
                example = "63")
        int tiles,

        @Schema(
                description = "Tiles that ran: those with a pixel of the region of interest",
                requiredMode = RequiredMode.REQUIRED,
                minimum = "1",
                example = "49")
        int run) {

    /** Returns the frame of an image; null where it was not cut. */
    static @Nullable FrameResponse of(FramePlan plan) {
        return plan.tiled()
                ? new FrameResponse(plan.frame().width(), plan.frame().height(), plan.tiles(), plan.inputs())
                : null;
    }

    /** A part of the image that is an input of the network. */
    @Schema(
            name = "Tile",
            description =
                    "A part of the image that is one input of the network, in pixels of the image. Neighbors overlap")
    record Tile(
            @Schema(description = "Left edge", requiredMode = RequiredMode.REQUIRED, example = "448")
            int x,

            @Schema(description = "Top edge", requiredMode = RequiredMode.REQUIRED, example = "0")
            int y,

            @Schema(requiredMode = RequiredMode.REQUIRED, minimum = "1", example = "512")
            int width,

            @Schema(requiredMode = RequiredMode.REQUIRED, minimum = "1", example = "512")
            int height,

            @Schema(
                    description = "Whether it ran; false where none of it is in the region of interest",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "true")
            boolean run) {

        /** Returns the tiles of an image, row by row; null where they were not requested. */
        static @Nullable List<Tile> of(Detection detection) {
            FramePlan plan = detection.plan();
            return detection.tiles()
                    ? IntStream.range(0, plan.tiles())
                            .mapToObj(tile -> of(plan, tile))
                            .toList()
                    : null;
        }

        /** Without what is padded; a pixel of the image that is partly in the tile belongs to it. */
        private static Tile of(FramePlan plan, int tile) {
            int left = plan.tileLeft(tile);
            int top = plan.tileTop(tile);
            int frameWidth = plan.frame().width();
            int frameHeight = plan.frame().height();
            int x = first(left, plan.image().width(), frameWidth);
            int y = first(top, plan.image().height(), frameHeight);
            int right = end(left + plan.input().width(), plan.image().width(), frameWidth);
            int bottom = end(top + plan.input().height(), plan.image().height(), frameHeight);
            return new Tile(x, y, right - x, bottom - y, plan.runs(tile));
        }

        private static int first(int position, int image, int frame) {
            return (int) ((long) Math.max(0, position) * image / frame);
        }

        private static int end(int position, int image, int frame) {
            return (int) -Math.floorDiv(-(long) Math.min(frame, position) * image, frame);
        }
    }
}
