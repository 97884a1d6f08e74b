package io.draem.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.service.detection.Detection;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of an image that counts, as JSON. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
        name = "RegionOfInterest",
        description = "The part of an image that counts: what is outside has no part in score, map and regions")
record RegionOfInterestResponse(
        @Schema(
                ref = SchemaNames.REGION_SOURCE,
                description = "Where it comes from; of a model, where it may come from",
                requiredMode = RequiredMode.REQUIRED)
        String source,

        @Schema(
                description =
                        "Share of the image's pixels that are inside; absent of a model without a region of its own",
                minimum = "0",
                maximum = "1",
                example = "0.48")
        @Nullable
        Double share,

        @Schema(
                description =
                        "Its polygons as [x, y] points from 0 to 1, relative to the image, the last of which joins the"
                                + " first; absent where it is a mask",
                example = "[[[0.2, 0.1], [0.8, 0.1], [0.8, 0.9], [0.2, 0.9]]]")
        @Nullable
        List<List<List<Double>>> polygons) {

    /** The model accepts none: its score is that of the whole image. */
    static final String NONE = "none";

    /** It is the request's own. */
    static final String REQUEST = "request";

    /** It is that of the model. */
    static final String MODEL = "model";

    /** Returns the region that applied to an image; null where all of it counted. */
    static @Nullable RegionOfInterestResponse of(Detection.@Nullable Region region) {
        return region == null ? null : of(region.requested() ? REQUEST : MODEL, region.share(), region.polygons());
    }

    /** Returns where the region of interest of a model's images comes from. */
    static RegionOfInterestResponse of(Framing framing) {
        RegionOfInterest region = framing.region();
        return region == null
                ? new RegionOfInterestResponse(framing.acceptsRegion() ? REQUEST : NONE, null, null)
                : of(MODEL, region.share(), region.polygons());
    }

    private static RegionOfInterestResponse of(
            String source, double share, @Nullable List<List<RegionOfInterest.Point>> polygons) {
        return new RegionOfInterestResponse(
                source,
                share,
                polygons == null
                        ? null
                        : polygons.stream()
                                .map(polygon -> polygon.stream()
                                        .map(point -> List.of(point.x(), point.y()))
                                        .toList())
                                .toList());
    }
}
