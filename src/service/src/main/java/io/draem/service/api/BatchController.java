package io.draem.service.api;

import io.draem.service.detection.Detection;
import io.draem.service.detection.DetectionBatches;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.DetectionProperties;
import io.draem.service.detection.DetectionRequest;
import io.draem.service.queue.RequestContext;
import io.draem.service.shadow.ShadowRuns;
import io.draem.service.web.Endpoints;
import io.draem.service.web.Headers;
import io.draem.service.web.ProblemType;
import io.draem.service.web.RequestId;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Handles {@code POST /v1/detect/batch}. */
@RestController
@Tag(name = SchemaNames.DETECTION_TAG)
class BatchController {

    private final DetectionBatches detections;
    private final ShadowRuns shadows;
    private final int maxImages;

    BatchController(DetectionBatches detections, ShadowRuns shadows, DetectionProperties properties) {
        this.detections = detections;
        this.shadows = shadows;
        this.maxImages = properties.batch().maxImages();
    }

    @Operation(
            operationId = "detectBatch",
            summary = "Examine several images",
            description =
                    "Takes each part 'images' of a form as an image and returns a verdict or a problem for each, in their"
                            + " order. The status is 200 whatever the outcome of the images: other statuses"
                            + " concern the whole request, such as a parameter, the model, the size of the form or a full"
                            + " queue. The images are examined by the same version of the"
                            + " model and share its runs. At most two model batches of them wait in the model's queue at"
                            + " a time; the others wait for their slots until the deadline, and those that have none by"
                            + " then get the problem deadline-exceeded.",
            requestBody =
                    @RequestBody(
                            required = true,
                            description =
                                    "A form with one part 'images' for each image, at most 64 images and 64 MB together,"
                                            + " less where the service is configured so or has a heap below 2.1 GiB",
                            content =
                                    @Content(
                                            mediaType = MediaType.MULTIPART_FORM_DATA_VALUE,
                                            schema = @Schema(implementation = BatchForm.class))),
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "A verdict or a problem for each image",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema = @Schema(implementation = BatchResponse.class))))
    @PostMapping(
            path = Endpoints.DETECT_BATCH,
            consumes = MediaType.MULTIPART_FORM_DATA_VALUE,
            produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<BatchResponse> detect(
            @Parameter(hidden = true) DetectionQuery query,
            @Parameter(hidden = true) RequestContext context,
            @Parameter(hidden = true) HttpServletRequest request)
            throws DetectionException, IOException {
        long start = System.nanoTime();
        List<ImageBody.Named> images = ImageBody.readAll(request, maxImages);
        List<DetectionRequest> requests = images.stream()
                .map(image -> query.request(image.bytes(), query.region(), context))
                .toList();
        List<DetectionBatches.Result> results = detections.detect(requests);
        String id = RequestId.of(request);
        List<BatchResponse.Entry> entries = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            entries.add(entry(id + "-" + i, images.get(i).fileName(), results.get(i)));
        }
        offer(requests, results);
        double total = TimingResponse.milliseconds(Duration.ofNanos(System.nanoTime() - start));
        return ResponseEntity.ok()
                .header(Headers.SERVER_TIMING, TimingResponse.metric("total", total))
                .body(BatchResponse.of(id, entries));
    }

    /** In a random order: of a large batch, only some images are taken, and not always those of the same places. */
    private void offer(List<DetectionRequest> requests, List<DetectionBatches.Result> results) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, results.size()).boxed().toList());
        Collections.shuffle(order);
        for (int i : order) {
            Detection detection = results.get(i).detection();
            if (detection != null) {
                shadows.offer(requests.get(i), detection);
            }
        }
    }

    private static BatchResponse.Entry entry(String id, @Nullable String fileName, DetectionBatches.Result result) {
        DetectionException failure = result.failure();
        if (failure != null) {
            String detail = Objects.requireNonNull(failure.getMessage());
            return new BatchResponse.Entry(
                    fileName, null, ProblemType.of(failure.outcome()).problem(detail, id));
        }
        return new BatchResponse.Entry(
                fileName, DetectionResponse.of(id, Objects.requireNonNull(result.detection())), null);
    }
}
