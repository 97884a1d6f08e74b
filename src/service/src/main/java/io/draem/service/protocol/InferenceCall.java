package io.draem.service.protocol;

import io.draem.model.ModelCard;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Prediction;
import io.draem.service.detection.PredictionRequest;
import io.draem.service.detection.PredictionService;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.RequestContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.exc.JacksonIOException;

/** One inference request, from its body to its answer. */
final class InferenceCall implements PredictionService.Source, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(InferenceCall.class);

    private final HttpServletRequest http;
    private final RequestContext context;
    private final int maxImages;
    private final BodyReader bodies;
    private final Inflation.Share inflated;
    private @Nullable InferenceRequest request;

    InferenceCall(
            HttpServletRequest http, RequestContext context, int maxImages, BodyReader bodies, Inflation inflation) {
        this.http = http;
        this.context = context;
        this.maxImages = maxImages;
        this.bodies = bodies;
        this.inflated = inflation.share();
    }

    @Override
    public PredictionRequest read(ServedModel model) throws DetectionException, IOException {
        BodyReader.Body body = bodies.read(http, inflated);
        ModelCard card = model.card();
        InputReader reader = new InputReader(body.binary(), card, maxImages);
        int imageLength = 3 * card.height() * card.width();
        boolean raw = body.jsonLength() == 0 && body.binaryLength() > 0;
        InferenceRequest parsed =
                raw ? InferenceRequest.RAW : RequestParser.parse(body, () -> new TensorData(imageLength, maxImages));
        request = parsed;
        List<PredictionRequest.Input> inputs = raw ? reader.readRaw() : reader.read(parsed.inputs());
        Duration timeout = parsed.timeout();
        if (timeout != null) {
            context.answerWithin(timeout);
        }
        return new PredictionRequest(inputs, parsed.wantsReconstruction(), parsed.region(), context);
    }

    /** Sends the response, unless the client has closed the connection. */
    void answer(List<Prediction> predictions, HttpServletResponse response) {
        ResponseWriter writer = new ResponseWriter(Objects.requireNonNull(request, "it was read"), predictions);
        try {
            writer.send(http, response);
        } catch (IOException | JacksonIOException e) {
            log.debug("A client closed the connection while the response was written", e);
        }
    }

    @Override
    public void close() {
        inflated.close();
    }
}
