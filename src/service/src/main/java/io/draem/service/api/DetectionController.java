package io.draem.service.api;

import io.draem.frame.RegionOfInterest;
import io.draem.service.detection.Detection;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.DetectionRequest;
import io.draem.service.detection.DetectionService;
import io.draem.service.detection.Include;
import io.draem.service.detection.MemoryLimits;
import io.draem.service.detection.Outcome;
import io.draem.service.detection.RequestedRegions;
import io.draem.service.queue.RequestContext;
import io.draem.service.shadow.ShadowRuns;
import io.draem.service.web.Endpoints;
import io.draem.service.web.Headers;
import io.draem.service.web.ProblemType;
import io.draem.service.web.RequestId;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.extensions.Extension;
import io.swagger.v3.oas.annotations.extensions.ExtensionProperty;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.accept.HeaderContentNegotiationStrategy;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.NativeWebRequest;

/** Handles {@code POST /v1/detect}. */
@RestController
@Tag(name = SchemaNames.DETECTION_TAG)
class DetectionController {

    private final DetectionService detections;
    private final ShadowRuns shadows;
    private final RequestedRegions regions;
    private final DataSize maxBytes;
    private final HeaderContentNegotiationStrategy accept = new HeaderContentNegotiationStrategy();

    DetectionController(
            DetectionService detections, ShadowRuns shadows, RequestedRegions regions, MemoryLimits limits) {
        this.detections = detections;
        this.shadows = shadows;
        this.regions = regions;
        this.maxBytes = limits.maxBytes();
    }

    @Operation(
            operationId = "detect",
            // Else generated code calls it the body.
            extensions =
                    @Extension(properties = @ExtensionProperty(name = "x-codegen-request-body-name", value = "image")),
            summary = "Examine one image",
            description = "Takes a JPEG, PNG, BMP, TIFF or WebP image and reports whether it is anomalous and where, in"
                    + " pixels of that image. Request image/png for the image with the anomalies marked.",
            requestBody =
                    @RequestBody(
                            required = true,
                            description =
                                    "The image: the part 'image' of a form, which may have the mask of its region of"
                                            + " interest as the part 'roi' too, or the bytes themselves",
                            content = {
                                @Content(
                                        mediaType = MediaType.MULTIPART_FORM_DATA_VALUE,
                                        schema = @Schema(implementation = ImageForm.class)),
                                @Content(
                                        mediaType = Endpoints.IMAGE_TYPE,
                                        schema = @Schema(type = "string", format = "binary")),
                                @Content(
                                        mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                                        schema = @Schema(type = "string", format = "binary"))
                            }),
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "The verdict",
                            content = {
                                @Content(
                                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                                        schema = @Schema(implementation = DetectionResponse.class)),
                                @Content(
                                        mediaType = MediaType.IMAGE_PNG_VALUE,
                                        schema = @Schema(type = "string", format = "binary"))
                            }))
    @PossibleProblems({ProblemType.INVALID_IMAGE, ProblemType.UNUSUAL_INPUT, ProblemType.INFERENCE_FAILED})
    @PostMapping(
            path = Endpoints.DETECT,
            consumes = {
                MediaType.MULTIPART_FORM_DATA_VALUE,
                Endpoints.IMAGE_TYPE,
                MediaType.APPLICATION_OCTET_STREAM_VALUE
            },
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.IMAGE_PNG_VALUE})
    ResponseEntity<?> detect(
            @Parameter(hidden = true) DetectionQuery query,
            @Parameter(hidden = true) RequestContext context,
            @Parameter(hidden = true) NativeWebRequest web,
            @Parameter(hidden = true) HttpServletRequest request)
            throws DetectionException, IOException, HttpMediaTypeNotAcceptableException {
        boolean picture = wantsPicture(web);
        DetectionQuery parameters = picture ? query.forOverlay() : query;
        ImageBody.Masked body = ImageBody.read(request, maxBytes);
        RegionOfInterest region = region(query, body.mask(), context);
        DetectionRequest detectionRequest = parameters.request(body.image(), region, context);
        Detection detection = detections.detect(detectionRequest);
        shadows.offer(detectionRequest, detection);
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok()
                .header(
                        Headers.SERVER_TIMING,
                        TimingResponse.of(detection.timing()).header());
        if (picture) {
            return answer.contentType(MediaType.IMAGE_PNG).body(overlay(detection));
        }
        return answer.contentType(MediaType.APPLICATION_JSON)
                .body(DetectionResponse.of(RequestId.of(request), detection));
    }

    private @Nullable RegionOfInterest region(DetectionQuery query, byte @Nullable [] mask, RequestContext context)
            throws DetectionException {
        if (mask == null) {
            return query.region();
        }
        if (query.region() != null) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST,
                    "The region of interest is given in the query and as the part '" + DetectionQuery.REGION_OF_INTEREST
                            + "' of the form: leave one of them out");
        }
        return regions.ofMask(DetectionQuery.REGION_OF_INTEREST, mask, context);
    }

    private static byte[] overlay(Detection detection) {
        return Objects.requireNonNull(detection.pictures().get(Include.OVERLAY)).data();
    }

    /** Returns whether the client prefers the overlay to JSON, which is the default. */
    private boolean wantsPicture(NativeWebRequest web) throws HttpMediaTypeNotAcceptableException {
        for (MediaType accepted : accept.resolveMediaTypes(web)) {
            if (accepted.isCompatibleWith(MediaType.APPLICATION_JSON)) {
                return false;
            }
            if (accepted.isCompatibleWith(MediaType.IMAGE_PNG)) {
                return true;
            }
        }
        return false;
    }
}
