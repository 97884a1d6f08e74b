package io.draem.service.protocol;

import io.draem.model.ModelCard;
import io.draem.service.detection.Caller;
import io.draem.service.detection.DetectionException;
import io.draem.service.detection.Outcome;
import io.draem.service.detection.Prediction;
import io.draem.service.detection.PredictionInput;
import io.draem.service.detection.PredictionRequest;
import io.draem.service.detection.PredictionSource;
import io.draem.service.models.ServedModel;
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
final class InferenceCall implements PredictionSource, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(InferenceCall.class);

    private final HttpServletRequest http;
    private final Caller caller;
    private final int maxImages;
    private final BodyReader bodies;
    private final Inflation.Share inflated;
    private @Nullable InferenceRequest request;

    InferenceCall(HttpServletRequest http, Caller caller, int maxImages, BodyReader bodies, Inflation inflation) {
        this.http = http;
        this.caller = caller;
        this.maxImages = maxImages;
        this.bodies = bodies;
        this.inflated = inflation.share();
    }

    @Override
    public PredictionRequest read(ServedModel model) throws DetectionException, IOException {
        BodyReader.Body body = bodies.read(http, inflated);
        ModelCard card = model.card();
        InputReader reader = new InputReader(body, card, maxImages);
        int imageLength = 3 * card.height() * card.width();
        boolean raw = body.jsonLength() == 0 && body.binaryLength() > 0;
        InferenceRequest parsed =
                raw ? InferenceRequest.RAW : RequestParser.parse(body, () -> new TensorData(imageLength, maxImages));
        request = parsed;
        List<PredictionInput> inputs = raw ? reader.readRaw() : reader.read(parsed.inputs());
        return new PredictionRequest(inputs, parsed.wantsReconstruction(), hurried(parsed.timeout()));
    }

    /** Sends the answer, as far as the caller still listens. */
    void answer(List<Prediction> predictions, HttpServletResponse response) {
        ResponseWriter writer = new ResponseWriter(Objects.requireNonNull(request, "it was read"), predictions);
        try {
            writer.send(http, response);
        } catch (IOException | JacksonIOException e) {
            log.debug("A caller went away while it was answered", e);
        }
    }

    @Override
    public void close() {
        inflated.close();
    }

    private Caller hurried(@Nullable Duration timeout) {
        if (timeout == null || timeout.toNanos() >= caller.nanosLeft()) {
            return caller;
        }
        return new Hurried(caller, System.nanoTime() + timeout.toNanos());
    }

    /** A caller that does not wait as long as the service would let it. */
    private record Hurried(Caller caller, long deadline) implements Caller {

        @Override
        public boolean isGone() {
            return caller.isGone();
        }

        @Override
        public String client() {
            return caller.client();
        }

        @Override
        public void whenAnswered(Runnable action) {
            caller.whenAnswered(action);
        }

        @Override
        public void reported() {
            caller.reported();
        }

        @Override
        public @Nullable Outcome lostAnswer() {
            return caller.lostAnswer();
        }
    }
}
