package io.draem.service.api;

import io.draem.service.capture.CaptureStore;
import io.draem.service.capture.CapturedFile;
import io.draem.service.capture.CapturedImage;
import io.draem.service.capture.files.StoreException;
import io.draem.service.capture.files.StoredFile;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.ImagePreviews;
import io.draem.service.queue.RequestContext;
import io.draem.service.web.Endpoints;
import io.draem.service.web.ProblemType;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Handles the files of captured images, and pictures of them. */
@RestController
@Tag(name = SchemaNames.REVIEW_TAG)
class ReviewFileController {

    private static final String NO_SNIFFING = "X-Content-Type-Options";

    private final ReviewAccess access;
    private final ImagePreviews previews;

    ReviewFileController(ReviewAccess access, ImagePreviews previews) {
        this.access = access;
        this.previews = previews;
    }

    @Operation(
            operationId = "getCapturedFile",
            summary = "Get a captured image, its map or its mask",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "The file",
                            content =
                                    @Content(
                                            mediaType = Endpoints.IMAGE_TYPE,
                                            schema = @Schema(type = "string", format = "binary"))))
    @PossibleProblems({
        ProblemType.FORBIDDEN,
        ProblemType.NOT_CAPTURED,
        ProblemType.OVERLOADED,
        ProblemType.CAPTURES_UNAVAILABLE
    })
    @GetMapping(path = ReviewController.IMAGE + "/{file:image|map|mask}")
    void file(
            @Parameter(
                            description = "Number of the image",
                            schema = @Schema(type = "integer", format = "int64", minimum = "1", examples = "1017"))
                    @PathVariable
                    String id,
            @Parameter(
                            description =
                                    "image as it was sent, map (16-bit gray PNG, 65535 for 1, as large as the network's"
                                            + " output), or mask (the regions of the model, a PNG of the image's size)",
                            schema = @Schema(allowableValues = {"image", "map", "mask"}))
                    @PathVariable
                    String file,
            @Parameter(hidden = true) HttpServletRequest request,
            @Parameter(hidden = true) HttpServletResponse response)
            throws DetectionException, IOException {
        CaptureStore store = access.require(request);
        CapturedImage image = ReviewAccess.find(store, id);
        CapturedFile named = QueryParameters.constant("file", file, CapturedFile.values());
        CapturedFile kind = named == null ? CapturedFile.IMAGE : named;
        boolean asSent = kind == CapturedFile.IMAGE;
        try (StoredFile stored = ReviewAccess.open(store, image, kind, response)) {
            response.setContentType(asSent ? image.format().mediaType() : MediaType.IMAGE_PNG_VALUE);
            response.setContentLengthLong(stored.length());
            response.setHeader(HttpHeaders.CACHE_CONTROL, CacheControl.noStore().getHeaderValue());
            response.setHeader(NO_SNIFFING, "nosniff");
            stored.copy(response.getOutputStream());
        } catch (StoreException e) {
            throw ReviewAccess.problem(e, response);
        }
    }

    @Operation(
            operationId = "getCapturedPreview",
            summary = "Get a picture of a captured image that any browser shows",
            description = "Upright, with 8 bits for each color, and at most " + ImagePreviews.MOST_SIDE
                    + " pixels long. No model runs for it.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "The picture",
                            content =
                                    @Content(
                                            mediaType = MediaType.IMAGE_PNG_VALUE,
                                            schema = @Schema(type = "string", format = "binary"))))
    @PossibleProblems({
        ProblemType.FORBIDDEN,
        ProblemType.NOT_CAPTURED,
        ProblemType.IMAGE_TOO_LARGE,
        ProblemType.OVERLOADED,
        ProblemType.CAPTURES_UNAVAILABLE,
        ProblemType.DEADLINE_EXCEEDED
    })
    @GetMapping(path = ReviewController.IMAGE + "/preview", produces = MediaType.IMAGE_PNG_VALUE)
    ResponseEntity<byte[]> preview(
            @Parameter(
                            description = "Number of the image",
                            schema = @Schema(type = "integer", format = "int64", minimum = "1", examples = "1017"))
                    @PathVariable
                    String id,
            @Parameter(hidden = true) RequestContext context,
            @Parameter(hidden = true) HttpServletRequest request,
            @Parameter(hidden = true) HttpServletResponse response)
            throws DetectionException, IOException {
        CaptureStore store = access.require(request);
        CapturedImage image = ReviewAccess.find(store, id);
        byte[] picture;
        try (StoredFile stored = ReviewAccess.open(store, image, CapturedFile.IMAGE, response)) {
            picture = previews.preview(
                    image.verdict().model(), image.verdict().version(), stored.length(), stored::read, context);
        } catch (StoreException e) {
            throw ReviewAccess.problem(e, response);
        }
        return ResponseEntity.ok()
                .contentType(MediaType.IMAGE_PNG)
                .cacheControl(CacheControl.noStore())
                .header(NO_SNIFFING, "nosniff")
                .body(picture);
    }
}
