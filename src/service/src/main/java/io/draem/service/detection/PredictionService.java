package io.draem.service.detection;

import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.FairExecutor;
import io.draem.service.queue.Listeners;
import io.draem.service.queue.QueueWindow;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.Slot;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Returns the outputs of a model's network for images, without a verdict. The images of a request pass one by one
 * through the model's queue, where they share runs with each other and with other requests. The outputs of an image
 * that the model cuts into tiles are blended; a tensor is one tile of such a model, whose outputs are the graph's own.
 */
public final class PredictionService {

    private final RequestDispatch dispatch;
    private final ImagePreparation preparation;
    private final PixelBudget pixels;
    private final ResponseBudget responses;
    private final FairExecutor threads;
    private final DetectionListener listener;
    private final FrameAdmission frames;
    private final DetectionArchive archive;
    private final AnswerListener answers;

    PredictionService(
            RequestDispatch dispatch,
            ImagePreparation preparation,
            PixelBudget pixels,
            ResponseBudget responses,
            FairExecutor threads,
            DetectionListener listener,
            FrameAdmission frames,
            DetectionArchive archive,
            AnswerListener answers) {
        this.dispatch = dispatch;
        this.preparation = preparation;
        this.pixels = pixels;
        this.responses = responses;
        this.threads = threads;
        this.listener = listener;
        this.frames = frames;
        this.archive = archive;
        this.answers = answers;
    }

    /** Is informed of the requests without a version that were answered. */
    @FunctionalInterface
    public interface AnswerListener {

        /**
         * A request that names no version is about to be answered.
         *
         * @param model the version that answers
         * @param images how many images the request has
         */
        void answered(ServedModel model, int images, RequestContext context);
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
     * @param version version of the model; null for the one in service, or its candidate
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
                PredictionService::haveSameTensors,
                (model, start) -> predict(model, source.read(model)),
                predictions -> {
                    predictions.forEach(listener::predicted);
                    if (version == null && !predictions.isEmpty()) {
                        answers.answered(predictions.get(0).model(), predictions.size(), context);
                    }
                });
    }

    /** Before the request is read. Its client knows inputs and outputs of the version in service, and sends what that takes. */
    private static boolean haveSameTensors(ServedModel candidate, ServedModel served) {
        return candidate.card().input().equals(served.card().input())
                && candidate.mapHeight() == served.mapHeight()
                && candidate.mapWidth() == served.mapWidth()
                && candidate.scoresNormalized() == served.scoresNormalized()
                && candidate.card().framing().acceptsRegion()
                        == served.card().framing().acceptsRegion()
                && (candidate.reconstructs() || !served.reconstructs());
    }

    private List<Prediction> predict(ServedModel model, PredictionRequest request) throws DetectionException {
        // Only now: the time in which the client sent the body is no wait for the model.
        long start = System.nanoTime();
        check(request, model);
        // The slot first: nothing is decoded for a request that the queue would refuse.
        try (QueueWindow<ModelInput, ModelOutput> window = model.window();
                Slot<ModelInput, ModelOutput> first = ModelQueue.first(window)) {
            PredictionImages images = new PredictionImages(model, request, preparation, frames);
            try (PixelBudget.Share share = pixels.take(images.bytes(), remedy(request), request.context())) {
                ModelQueue.announce(window, Math.max(0, images.plan() - 1), request.context());
                PredictionRun.Preparation prepare =
                        input -> prepare(input, images.take(input), model, request.context());
                List<Prediction> predictions = new PredictionRun(model, window, request, prepare, start).all(first);
                responses.take(predictions.stream().mapToLong(Prediction::bytes).sum(), request.context());
                offer(request, predictions);
                return predictions;
            }
        }
    }

    /** Offers the images to the archive; a tensor is none. */
    private void offer(PredictionRequest request, List<Prediction> predictions) {
        for (int i = 0; i < predictions.size(); i++) {
            if (request.inputs().get(i) instanceof PredictionRequest.Input.Encoded encoded) {
                Prediction prediction = predictions.get(i);
                Listeners.call("archive", () -> archive.offer(request, encoded.image(), prediction));
            }
        }
    }

    private static String remedy(PredictionRequest request) {
        return request.inputs().size() > 1 ? "send smaller images, or fewer of them at a time" : "send a smaller image";
    }

    private static void check(PredictionRequest request, ServedModel model) throws DetectionException {
        if (request.reconstruction() && !model.reconstructs()) {
            throw invalid("The model " + model.name() + " was exported without its reconstruction: do not request it");
        }
        FrameAdmission.requireAccepted(request.region(), model);
        int length = 3 * model.card().height() * model.card().width();
        for (PredictionRequest.Input input : request.inputs()) {
            if (input instanceof PredictionRequest.Input.Tensor tensor) {
                if (request.region() != null) {
                    throw invalid("A region of interest is that of an encoded image: leave it out for a tensor");
                }
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

    /**
     * @param image an encoded image; null for a tensor
     */
    private ImagePreparation.Prepared prepare(
            PredictionRequest.Input input,
            PredictionImages.@Nullable Planned image,
            ServedModel model,
            RequestContext context)
            throws DetectionException {
        if (image == null) {
            return preparation.ofTensor(((PredictionRequest.Input.Tensor) input).values(), model);
        }
        int pixels = (int) image.image().header().pixels();
        // The images of a request are decoded one at a time.
        return ModelQueue.call(
                threads,
                model.name(),
                context,
                pixels,
                () -> preparation.prepare(image.image(), image.plan(), model, false));
    }

    private static DetectionException invalid(String message) {
        return new DetectionException.Rejected(Outcome.INVALID_REQUEST, message);
    }
}
