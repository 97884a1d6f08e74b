package io.draem.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.score.Region;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One connected region, in pixels of the image. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Region", description = "One connected anomalous region, in pixels of the image")
record RegionResponse(
        @Schema(requiredMode = RequiredMode.REQUIRED) Box box,

        @Schema(
                description = "Pixels in the region",
                requiredMode = RequiredMode.REQUIRED,
                minimum = "1",
                example = "1530")
        int area,

        @Schema(requiredMode = RequiredMode.REQUIRED) Position centroid,

        @Schema(description = "Largest raw map value", requiredMode = RequiredMode.REQUIRED, example = "0.972")
        double peak,

        @Schema(description = "Mean raw map value", requiredMode = RequiredMode.REQUIRED, example = "0.731")
        double mean,

        @Schema(
                description =
                        "With include=polygon: outline, clockwise, as [x, y] corners of pixels; the last joins the first. At most 1000"
                                + " corners: longer outlines are simplified (Douglas-Peucker), to within 1.5 pixels where that"
                                + " suffices",
                example = "[[412, 250], [470, 250], [470, 291], [412, 291]]")
        @Nullable
        List<List<Integer>> polygon) {

    /** The bounding box of a region. */
    @Schema(name = "Box", description = "The bounding box of a region, in pixels")
    record Box(
            @Schema(description = "Left edge", requiredMode = RequiredMode.REQUIRED, example = "412")
            int x,

            @Schema(description = "Top edge", requiredMode = RequiredMode.REQUIRED, example = "250")
            int y,

            @Schema(requiredMode = RequiredMode.REQUIRED, example = "58")
            int width,

            @Schema(requiredMode = RequiredMode.REQUIRED, example = "41")
            int height) {}

    /** A position in the image; the center of the first pixel is (0.5, 0.5). */
    @Schema(name = "Position", description = "A position in the image; the center of the first pixel is (0.5, 0.5)")
    record Position(
            @Schema(requiredMode = RequiredMode.REQUIRED, example = "440.5")
            double x,

            @Schema(requiredMode = RequiredMode.REQUIRED, example = "270.1")
            double y) {}

    static RegionResponse of(Region region, boolean outlined) {
        return new RegionResponse(
                new Box(region.x(), region.y(), region.width(), region.height()),
                region.area(),
                new Position(region.centroidX(), region.centroidY()),
                region.peak(),
                region.mean(),
                outlined
                        ? region.polygon().stream()
                                .map(point -> List.of(point.x(), point.y()))
                                .toList()
                        : null);
    }
}
