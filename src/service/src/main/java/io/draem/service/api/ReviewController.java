package io.draem.service.api;

import io.draem.service.capture.CaptureFilter;
import io.draem.service.capture.CaptureReason;
import io.draem.service.capture.CaptureStore;
import io.draem.service.capture.CapturedImage;
import io.draem.service.capture.CapturedImage.Review;
import io.draem.service.capture.ReviewLabel;
import io.draem.service.capture.files.StoreException;
import io.draem.service.detection.DetectionException;
import io.draem.service.web.Endpoints;
import io.draem.service.web.ProblemException;
import io.draem.service.web.ProblemType;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Handles {@code /v1/review/images}: captured images and their labels. */
@RestController
@Tag(name = SchemaNames.REVIEW_TAG)
class ReviewController {

    static final String IMAGE = Endpoints.CAPTURED_IMAGES + "/{id}";

    private static final String UNLABELED = "none";
    private static final int MOST = 200;
    private static final int USUAL = 50;

    private final ReviewAccess access;

    ReviewController(ReviewAccess access) {
        this.access = access;
    }

    @Operation(operationId = "listCapturedImages", summary = "List captured images")
    @PossibleProblems({ProblemType.FORBIDDEN, ProblemType.NOT_CAPTURED})
    @GetMapping(path = Endpoints.CAPTURED_IMAGES, produces = MediaType.APPLICATION_JSON_VALUE)
    CapturedImagesResponse list(
            @Parameter(description = "Name of a model; all without it")
                    @RequestParam(name = "model", required = false)
                    @Nullable
                    String model,
            @Parameter(
                            description = "Why they were captured; for any reason without it",
                            schema =
                                    @Schema(
                                            allowableValues = {
                                                "anomalous",
                                                "near-threshold",
                                                "unusual",
                                                "disagreement",
                                                "random"
                                            }))
                    @RequestParam(name = "reason", required = false)
                    @Nullable
                    String reason,
            @Parameter(
                            description =
                                    "Their label: good, defect, unsure, or none for images without one; all without it")
                    @RequestParam(name = "label", required = false)
                    @Nullable
                    String label,
            @Parameter(
                            description = "Only images with lower numbers: the last of the page before",
                            schema = @Schema(type = "integer", format = "int64", minimum = "1"))
                    @RequestParam(name = "before", required = false)
                    @Nullable
                    String before,
            @Parameter(
                            description = "Most images; 50 without it",
                            schema = @Schema(type = "integer", minimum = "1", maximum = "200"))
                    @RequestParam(name = "limit", required = false)
                    @Nullable
                    String limit,
            @Parameter(hidden = true) HttpServletRequest request)
            throws DetectionException {
        CaptureStore store = access.require(request);
        CaptureReason why = QueryParameters.constant("reason", reason, CaptureReason.values());
        ReviewLabel labeled =
                UNLABELED.equals(label) ? null : QueryParameters.constant("label", label, ReviewLabel.values());
        CaptureFilter filter =
                new CaptureFilter(model, why, labeled == null ? List.of() : List.of(labeled), UNLABELED.equals(label));
        List<CapturedImage> images = store.list(
                filter,
                before == null ? Long.MAX_VALUE : QueryParameters.number("before", before, Long.MAX_VALUE),
                limit == null ? USUAL : (int) QueryParameters.number("limit", limit, MOST));
        return new CapturedImagesResponse(
                images.stream().map(CapturedImageResponse::of).toList(),
                CapturedImagesResponse.Counts.of(store, new CaptureFilter(model, why, List.of(), false)),
                store.models());
    }

    @Operation(operationId = "getCapturedImage", summary = "Describe a captured image")
    @PossibleProblems({ProblemType.FORBIDDEN, ProblemType.NOT_CAPTURED})
    @GetMapping(path = IMAGE, produces = MediaType.APPLICATION_JSON_VALUE)
    CapturedImageResponse image(
            @Parameter(
                            description = "Number of the image",
                            schema = @Schema(type = "integer", format = "int64", minimum = "1", examples = "1017"))
                    @PathVariable
                    String id,
            @Parameter(hidden = true) HttpServletRequest request)
            throws DetectionException {
        return CapturedImageResponse.of(ReviewAccess.find(access.require(request), id));
    }

    @Operation(
            operationId = "labelCapturedImage",
            summary = "Label a captured image",
            requestBody =
                    @RequestBody(
                            required = true,
                            description = "The label",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema = @Schema(implementation = ReviewBody.class))))
    @PossibleProblems({ProblemType.FORBIDDEN, ProblemType.NOT_CAPTURED, ProblemType.LABEL_CONFLICT})
    @PutMapping(path = IMAGE + "/label", produces = MediaType.APPLICATION_JSON_VALUE)
    CapturedImageResponse label(
            @Parameter(
                            description = "Number of the image",
                            schema = @Schema(type = "integer", format = "int64", minimum = "1", examples = "1017"))
                    @PathVariable
                    String id,
            @Parameter(hidden = true) HttpServletRequest request)
            throws DetectionException, IOException {
        CaptureStore store = access.require(request);
        CapturedImage image = ReviewAccess.find(store, id);
        Review review = ReviewBody.read(request, image.size());
        if (!store.label(image.id(), review)) {
            CapturedImage now = ReviewAccess.find(store, id);
            throw new ProblemException(
                    ProblemType.LABEL_CONFLICT,
                    "Image " + image.id() + " has revision " + now.review().revision()
                            + (now.review().reviewer() == null
                                    ? ""
                                    : ", set by " + now.review().reviewer())
                            + ": read it again, and label it with that revision");
        }
        return CapturedImageResponse.of(ReviewAccess.find(store, id));
    }

    @Operation(operationId = "deleteCapturedImage", summary = "Delete a captured image with its label")
    @PossibleProblems({ProblemType.FORBIDDEN, ProblemType.NOT_CAPTURED, ProblemType.CAPTURES_UNAVAILABLE})
    @DeleteMapping(IMAGE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(
            @Parameter(
                            description = "Number of the image",
                            schema = @Schema(type = "integer", format = "int64", minimum = "1", examples = "1017"))
                    @PathVariable
                    String id,
            @Parameter(hidden = true) HttpServletRequest request,
            @Parameter(hidden = true) HttpServletResponse response)
            throws DetectionException, IOException {
        CaptureStore store = access.require(request);
        try {
            store.delete(ReviewAccess.find(store, id));
        } catch (StoreException e) {
            throw ReviewAccess.problem(e, response);
        }
    }
}
