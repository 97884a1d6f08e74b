package io.draem.service.detection;

import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.PendingRequest;
import io.draem.service.queue.QueueWindow;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.Slot;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Passes the images of one request through the queue of its model. */
final class PredictionRun {

    private final ServedModel model;
    private final PredictionRequest request;
    private final RequestContext context;
    private final Preparation preparation;
    private final Duration waited;
    private final QueueWindow<ModelInput, ModelOutput> window;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final List<Prediction> predictions = new ArrayList<>();

    /** Makes the input of the model from an image. */
    @FunctionalInterface
    interface Preparation {

        Prepared prepare(PredictionRequest.Input input) throws DetectionException;
    }

    /**
     * An image as the model takes it.
     *
     * @param pixels {@code [3, height, width]} at the model's size, RGB, 0 to 1
     */
    record Prepared(
            float[] pixels, InputCheck input, List<ImageWarning> warnings, Duration decode, Duration preprocess) {}

    private record Pending(PendingRequest<ModelInput, ModelOutput> request, Prepared prepared, long start) {}

    /**
     * @param window has the slot of the first image
     * @param start {@link System#nanoTime()} at which the request had been read
     */
    PredictionRun(
            ServedModel model,
            QueueWindow<ModelInput, ModelOutput> window,
            PredictionRequest request,
            Preparation preparation,
            long start) {
        this.model = model;
        this.request = request;
        this.context = request.context();
        this.preparation = preparation;
        this.waited = Duration.ofNanos(System.nanoTime() - start);
        this.window = window;
    }

    /**
     * Returns one prediction per image, in their order.
     *
     * @param first slot of the first of them
     */
    List<Prediction> all(Slot<ModelInput, ModelOutput> first) throws DetectionException {
        try {
            submit(request.inputs().get(0), first);
            for (PredictionRequest.Input input :
                    request.inputs().subList(1, request.inputs().size())) {
                try (Slot<ModelInput, ModelOutput> slot = ModelQueue.next(window, context)) {
                    submit(input, slot);
                }
                // One that has failed is noticed before more is done.
                while (!pending.isEmpty() && pending.element().request().isDone()) {
                    collect();
                }
            }
            while (!pending.isEmpty()) {
                collect();
            }
            return predictions;
        } finally {
            pending.forEach(waiting -> waiting.request().cancel());
        }
    }

    private void submit(PredictionRequest.Input input, Slot<ModelInput, ModelOutput> slot) throws DetectionException {
        long start = System.nanoTime();
        Prepared prepared = preparation.prepare(input);
        DetectionException.requireActive(context);
        ModelInput image = new ModelInput(prepared.pixels(), request.reconstruction());
        pending.add(new Pending(ModelQueue.submit(slot, image, context), prepared, start));
    }

    private void collect() throws DetectionException {
        Pending oldest = pending.remove();
        PendingRequest.Result<ModelOutput> answer = ModelQueue.await(oldest.request());
        Timing timing = new Timing(
                oldest.prepared().decode(),
                oldest.prepared().preprocess(),
                waited.plus(answer.queued()),
                answer.ran(),
                Duration.ZERO,
                waited.plusNanos(System.nanoTime() - oldest.start()));
        ModelOutput output = answer.output();
        predictions.add(new Prediction(
                model,
                output.score(),
                output.map(),
                output.reconstruction(),
                oldest.prepared().input(),
                oldest.prepared().warnings(),
                timing));
    }
}
