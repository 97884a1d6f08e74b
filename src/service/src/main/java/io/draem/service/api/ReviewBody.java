package io.draem.service.api;

import io.draem.frame.FrameSize;
import io.draem.frame.RegionOfInterest;
import io.draem.service.capture.CapturedImage.Review;
import io.draem.service.capture.ReviewLabel;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.web.Endpoints;
import io.draem.service.web.RequestBytes;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The label of an image, as a reviewer sends it. */
@Schema(name = "NewReview", description = "The label of an image, or none to take it back")
record ReviewBody(
        @Schema(
                description = "good, defect, unsure or none",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "defect")
        String label,

        @Schema(
                description =
                        "Polygons around the defect, each a list of points [x, y] relative to the image; only with the"
                                + " label defect. Without them the regions of the model are the defect",
                example = "[[[0.1, 0.1], [0.2, 0.1], [0.2, 0.3]]]")
        @Nullable
        List<List<List<Double>>> outlines,

        @Schema(
                description = "The revision of the image that the reviewer has seen",
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "0")
        int revision) {

    /** The label that removes one. */
    static final String NONE = "none";

    private static final Set<String> MEMBERS = Set.of("label", "outlines", "revision");

    /**
     * Reads the body of a request.
     *
     * @param size of the image that is labeled
     * @throws DetectionException if it is something else
     */
    static Review read(HttpServletRequest request, FrameSize size) throws DetectionException, IOException {
        byte[] bytes = RequestBytes.read(request, Endpoints.OPERATION_BYTES);
        if (bytes.length > Endpoints.OPERATION_BYTES) {
            throw new DetectionException.Rejected(
                    Outcome.IMAGE_TOO_LARGE,
                    "The body is larger than " + Endpoints.OPERATION_BYTES + " bytes: send fewer points");
        }
        JsonNode body;
        try {
            body = JsonMapper.shared().readTree(bytes);
        } catch (JacksonException e) {
            throw QueryParameters.rejected("The body is no JSON: send {\"label\": \"good\", \"revision\": 0}");
        }
        if (!body.isObject() || !MEMBERS.containsAll(body.propertyNames())) {
            throw QueryParameters.rejected(
                    "The body must be a JSON object with 'label', 'revision' and, for a defect, 'outlines'");
        }
        JsonNode revision = body.path("revision");
        if (!revision.isIntegralNumber() || !revision.canConvertToInt()) {
            throw QueryParameters.rejected("'revision' must be the number that the image had when you saw it");
        }
        ReviewLabel label = label(body.path("label"));
        return new Review(
                label,
                outlines(body.path("outlines"), label, size),
                request.getRemoteUser(),
                Instant.now(),
                revision.intValue());
    }

    private static @Nullable ReviewLabel label(JsonNode node) throws DetectionException {
        String text = node.isString() ? node.stringValue() : "";
        if (text.equals(NONE)) {
            return null;
        }
        return Arrays.stream(ReviewLabel.values())
                .filter(label -> label.id().equals(text))
                .findFirst()
                .orElseThrow(() -> QueryParameters.rejected("'label' must be one of "
                        + Arrays.stream(ReviewLabel.values())
                                .map(ReviewLabel::id)
                                .collect(Collectors.joining(", "))
                        + ", " + NONE));
    }

    private static @Nullable String outlines(JsonNode node, @Nullable ReviewLabel label, FrameSize size)
            throws DetectionException {
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (label != ReviewLabel.DEFECT) {
            throw QueryParameters.rejected("'outlines' go with the label defect alone: leave them out");
        }
        try {
            String json =
                    JsonMapper.shared().createObjectNode().set("polygons", node).toString();
            RegionOfInterest outlines = RegionOfInterest.ofJson(json);
            if (outlines.at(size.width(), size.height()).count() == 0) {
                throw QueryParameters.rejected("'outlines' are around no pixel of the image: draw larger ones");
            }
            return outlines.toJson().toString();
        } catch (IllegalArgumentException e) {
            throw QueryParameters.rejected("'outlines' are no polygons of the image: " + e.getMessage());
        }
    }
}
