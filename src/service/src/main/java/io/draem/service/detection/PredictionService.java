package io.draem.service.detection;

import io.draem.image.OpenedImage;
import io.draem.model.InputCheck;
import io.draem.model.ModelCard;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.FairExecutor;
import io.draem.service.queue.QueueWindow;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.Slot;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Returns the outputs of a model's network for images, without a verdict. The images of a request pass one by one
 * through the model's queue, where they share runs with each other and with other requests.
 */
public final class PredictionService {

    private final RequestDispatch dispatch;
    private final ImagePreparation preparation;
    private final PixelBudget pixels;
    private final ResponseBudget responses;
    private final FairExecutor threads;
    private final DetectionListener listener;

    PredictionService(
            RequestDispatch dispatch,
            ImagePreparation preparation,
            PixelBudget pixels,
            ResponseBudget responses,
            FairExecutor threads,
            DetectionListener listener) {
        this.dispatch = dispatch;
        this.preparation = preparation;
        this.pixels = pixels;
        this.responses = responses;
        this.threads = threads;
        this.listener = listener;
    }

    /** A request that can be read once its model is known. */
    @FunctionalInterface
    public interface Source {

        /**
         * Reads the request.
         *
         * @param model the model that will run; its card says what it takes
         * @throws DetectionException if the request is wrong; the message is for the client
         * @throws IOException if the client has closed the connection
         */
        PredictionRequest read(ServedModel model) throws DetectionException, IOException;
    }

    /**
     * Returns one prediction per image, in their order.
     *
     * @param name name of the model; null for the default
     * @param version version of the model; null for the one in service
     * @param source read once
     * @throws DetectionException if one of them has none; the message is for the client
     */
    public List<Prediction> predict(
            @Nullable String name, @Nullable Integer version, RequestContext context, Source source)
            throws DetectionException, IOException {
        return dispatch.<List<Prediction>, IOException>dispatch(
                name,
                version,
                context,
                (model, start) -> predict(model, source.read(model)),
                predictions -> predictions.forEach(listener::predicted));
    }

    private List<Prediction> predict(ServedModel model, PredictionRequest request) throws DetectionException {
        // Only now: the time in which the client sent the body is no wait for the model.
        long start = System.nanoTime();
        check(request, model);
        // The slot first: nothing is decoded for a request that the queue would refuse.
        QueueWindow<ModelInput, ModelOutput> window = model.window();
        try (Slot<ModelInput, ModelOutput> first = ModelQueue.first(window)) {
            Map<PredictionRequest.Input, OpenedImage> images = open(request);
            PredictionRun.Preparation prepare = input -> prepare(input, images.remove(input), model, request.context());
            try (PixelBudget.Share share = takePixels(request, images.values(), model.card())) {
                List<Prediction> predictions = new PredictionRun(model, window, request, prepare, start).all(first);
                responses.take(predictions.stream().mapToLong(Prediction::bytes).sum(), request.context());
                return predictions;
            }
        }
    }

    private static void check(PredictionRequest request, ServedModel model) throws DetectionException {
        if (request.reconstruction() && !model.reconstructs()) {
            throw invalid("The model " + model.name() + " was exported without its reconstruction: do not request it");
        }
        int length = 3 * model.card().height() * model.card().width();
        for (PredictionRequest.Input input : request.inputs()) {
            if (input instanceof PredictionRequest.Input.Tensor tensor) {
                if (tensor.values().length != length) {
                    throw invalid("The model " + model.name() + " takes " + length + " values per image, got "
                            + tensor.values().length);
                }
                requireFractions(tensor.values());
            }
        }
    }

    /** Other requests share the run: a value that is not a number, or overflows, would spoil their results too. */
    private static void requireFractions(float[] values) throws DetectionException {
        for (float value : values) {
            if (!(value >= 0 && value <= 1)) {
                throw invalid("The input takes RGB values from 0 to 1, got " + value
                        + ": divide 8-bit values by 255, and do not normalize them further");
            }
        }
    }

    /** Reads the headers of the encoded images. */
    private Map<PredictionRequest.Input, OpenedImage> open(PredictionRequest request) throws DetectionException {
        Map<PredictionRequest.Input, OpenedImage> images = new IdentityHashMap<>();
        for (PredictionRequest.Input input : request.inputs()) {
            if (input instanceof PredictionRequest.Input.Encoded encoded) {
                images.put(input, preparation.open(encoded.image()));
            }
        }
        return images;
    }

    /** Takes all at once: requests that hold a part and wait for more could wait for each other. */
    private PixelBudget.Share takePixels(PredictionRequest request, Collection<OpenedImage> images, ModelCard card)
            throws DetectionException {
        long bytes = request.inputs().size() * ImagePreparation.modelBytes(card, request.reconstruction());
        // Images are decoded one after the other, so the largest counts.
        long largest = images.stream()
                .mapToLong(image -> ImagePreparation.cost(image, card).bytes())
                .max()
                .orElse(0);
        String remedy = request.inputs().size() > 1
                ? "send smaller images, or fewer of them at a time"
                : "send a smaller image";
        return pixels.take(bytes + largest, remedy, request.context());
    }

    /**
     * @param image an encoded image; null for a tensor
     */
    private PredictionRun.Prepared prepare(
            PredictionRequest.Input input, @Nullable OpenedImage image, ServedModel model, RequestContext context)
            throws DetectionException {
        if (image != null) {
            int pixels = (int) image.header().pixels();
            // The images of a request are decoded one at a time.
            ImagePreparation.Prepared prepared = ModelQueue.call(
                    threads, model.name(), context, pixels, () -> preparation.prepare(image, model, false));
            return new PredictionRun.Prepared(
                    prepared.pixels(), prepared.input(), prepared.warnings(), prepared.decode(), prepared.preprocess());
        }
        float[] values = ((PredictionRequest.Input.Tensor) input).values();
        InputCheck check = preparation.check(model, values, List.of());
        return new PredictionRun.Prepared(values, check, List.of(), Duration.ZERO, Duration.ZERO);
    }

    private static DetectionException invalid(String message) {
        return new DetectionException.Rejected(Outcome.INVALID_REQUEST, message);
    }
}
