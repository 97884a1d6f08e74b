package io.draem.service.api;

import io.draem.service.capture.CaptureFilter;
import io.draem.service.capture.CaptureReason;
import io.draem.service.capture.CaptureStore;
import io.draem.service.capture.ReviewExport;
import io.draem.service.capture.files.StoreException;
import io.draem.service.detection.DetectionException;
import io.draem.service.web.ProblemException;
import io.draem.service.web.ProblemType;
import io.draem.text.SafeText;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Handles {@code GET /v1/review/export}. */
@RestController
@Tag(name = SchemaNames.REVIEW_TAG)
class ReviewExportController {

    /** An export holds a thread of the web server for as long as its client reads. */
    private static final int MOST_EXPORTS = 2;

    private static final String RETRY_AFTER_SECONDS = "30";

    private final ReviewAccess access;
    private final Semaphore exports = new Semaphore(MOST_EXPORTS);

    ReviewExportController(ReviewAccess access) {
        this.access = access;
    }

    @Operation(
            operationId = "exportReviewedImages",
            summary = "Export the labeled images of a model as a data set",
            description = "A ZIP file in the layout of MVTec AD with the masks of the defects, which the trainer reads;"
                    + " images.csv has the verdicts. Images that are labeled unsure are left out; those whose files the"
                    + " store lacks are named in missing.txt, which is only there for them.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "The data set",
                            content =
                                    @Content(
                                            mediaType = "application/zip",
                                            schema = @Schema(type = "string", format = "binary"))))
    @PossibleProblems({
        ProblemType.FORBIDDEN,
        ProblemType.NOT_CAPTURED,
        ProblemType.OVERLOADED,
        ProblemType.CAPTURES_UNAVAILABLE
    })
    @GetMapping(path = "/v1/review/export", produces = "application/zip")
    void export(
            @Parameter(
                            description = "Name of the model. Example: cookie",
                            required = true,
                            schema = @Schema(examples = "cookie"))
                    @RequestParam(name = "model", required = false)
                    @Nullable
                    String model,
            @Parameter(
                            description = "Only images that were captured for this reason: random is a fair sample",
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
                            description = "What good images are for: test, or train to train on them; test without it",
                            schema = @Schema(allowableValues = {"test", "train"}))
                    @RequestParam(name = "good", required = false)
                    @Nullable
                    String good,
            @Parameter(hidden = true) HttpServletRequest request,
            @Parameter(hidden = true) HttpServletResponse response)
            throws DetectionException, IOException {
        CaptureStore store = access.require(request);
        if (model == null) {
            throw QueryParameters.rejected("The parameter model is missing: a data set has images of one model");
        }
        if (good != null && !good.equals("test") && !good.equals("train")) {
            throw QueryParameters.rejected(
                    "The parameter good has the value " + SafeText.quoted(good) + ", but takes test or train");
        }
        CaptureFilter filter = new CaptureFilter(
                model, QueryParameters.constant("reason", reason, CaptureReason.values()), ReviewExport.LABELS, false);
        if (store.count(filter) == 0) {
            throw new ProblemException(
                    ProblemType.NOT_CAPTURED,
                    "No captured image of model " + SafeText.quoted(model)
                            + " has the label good or defect: label some first");
        }
        if (!exports.tryAcquire()) {
            response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
            throw new ProblemException(
                    ProblemType.OVERLOADED, MOST_EXPORTS + " exports run already: try again when one has ended");
        }
        try {
            write(store, filter, model, "train".equals(good), response);
        } catch (StoreException e) {
            throw ReviewAccess.problem(e, response);
        } finally {
            exports.release();
        }
    }

    private static void write(
            CaptureStore store, CaptureFilter filter, String model, boolean train, HttpServletResponse response)
            throws IOException {
        response.setContentType("application/zip");
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment().filename(model + ".zip").build().toString());
        new ReviewExport(store, train).write(filter, response.getOutputStream());
    }
}
