package io.draem.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.service.detection.Detection;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of an image that counted, as JSON. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
        name = "RegionOfInterest",
        description = "The part of an image that counted: what is outside has no part in score, map and regions")
record RegionOfInterestResponse(
        @Schema(
                ref = SchemaNames.REGION_SOURCE,
                description = "Where it comes from",
                requiredMode = RequiredMode.REQUIRED)
        String source,

        @Schema(
                description = "Share of the image's pixels that are inside",
                requiredMode = RequiredMode.REQUIRED,
                minimum = "0",
                maximum = "1",
                example = "0.48")
        double share,

        @Schema(
                description = POLYGONS + "; absent where it is a mask",
                example = "[[[0.2, 0.1], [0.8, 0.1], [0.8, 0.9], [0.2, 0.9]]]")
        @Nullable
        List<List<List<Double>>> polygons) {

    /** It is the request's own. */
    static final String REQUEST = "request";

    /** It is that of the model. */
    static final String MODEL = "model";

    private static final String POLYGONS =
            "Its polygons: the [x, y] points of each, from 0 to 1, relative to the image;"
                    + " the last one joins the first";

    /** What a model says of regions of interest, as JSON. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(
            name = "ModelRegionOfInterest",
            description =
                    "The region of interest of a model: that of each image whose request has none. Without one the"
                            + " whole image counts")
    record OfModel(
            @Schema(
                    description =
                            "Whether a request may have a region of its own, in place of the model's; false where the"
                                    + " score comes from the graph, which scores the whole image",
                    requiredMode = RequiredMode.REQUIRED,
                    example = "true")
            boolean accepted,

            @Schema(
                    description = "Share of an image that is inside the model's region; absent where it has none",
                    minimum = "0",
                    maximum = "1",
                    example = "0.48")
            @Nullable
            Double share,

            @Schema(
                    description = POLYGONS + "; absent where it is a mask, and where the model has none",
                    example = "[[[0.2, 0.1], [0.8, 0.1], [0.8, 0.9], [0.2, 0.9]]]")
            @Nullable
            List<List<List<Double>>> polygons) {

        static OfModel of(Framing framing) {
            RegionOfInterest region = framing.region();
            return new OfModel(
                    framing.acceptsRegion(),
                    region == null ? null : region.share(),
                    region == null ? null : points(region.polygons()));
        }
    }

    /** Returns the region that applied to an image; null where all of it counted. */
    static @Nullable RegionOfInterestResponse of(Detection.@Nullable Region region) {
        return region == null
                ? null
                : new RegionOfInterestResponse(
                        region.requested() ? REQUEST : MODEL, region.share(), points(region.polygons()));
    }

    /** Returns polygons as lists of points [x, y]; null for none. */
    static @Nullable List<List<List<Double>>> points(@Nullable List<List<RegionOfInterest.Point>> polygons) {
        return polygons == null
                ? null
                : polygons.stream()
                        .map(polygon -> polygon.stream()
                                .map(point -> List.of(point.x(), point.y()))
                                .toList())
                        .toList();
    }
}
