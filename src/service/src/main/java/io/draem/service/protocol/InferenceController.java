package io.draem.service.protocol;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.DetectionProperties;
import io.draem.service.detection.MemoryLimits;
import io.draem.service.detection.PredictionService;
import io.draem.service.queue.RequestContext;
import io.draem.service.web.Endpoints;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Handles inference requests with tensors, or images as tensors. Ignores Content-Type: clients send any or none. */
@Hidden
@RestController
class InferenceController {

    private final PredictionService predictions;
    private final int maxImages;
    private final BodyReader bodies;
    private final Inflation inflation;

    InferenceController(
            PredictionService predictions, Admission admission, MemoryLimits limits, DetectionProperties properties) {
        this.predictions = predictions;
        this.maxImages = properties.batch().maxImages();
        int maxBytes = Math.toIntExact(limits.maxBatchBytes().toBytes());
        this.bodies = new BodyReader(maxBytes);
        this.inflation = new Inflation(maxBytes, admission);
    }

    @PostMapping({Endpoints.INFER, Endpoints.INFER_VERSION})
    void infer(
            @PathVariable String name,
            @PathVariable(required = false) @Nullable String version,
            RequestContext context,
            HttpServletRequest request,
            HttpServletResponse response)
            throws DetectionException, IOException {
        try (InferenceCall call = new InferenceCall(request, context, maxImages, bodies, inflation)) {
            call.answer(predictions.predict(name, Invalid.version(version), context, call), response);
        }
    }
}
