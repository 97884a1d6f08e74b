package io.draem.service.detection;

import io.draem.frame.Frame;
import io.draem.frame.FrameBlender;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.RegionOfInterest;
import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.QueueWindow;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Passes the images of one request through the queue of its model. */
final class PredictionRun {

    private final ServedModel model;
    private final PredictionRequest request;
    private final RequestContext context;
    private final Preparation preparation;
    private final Duration waited;
    private final QueueWindow<ModelInput, ModelOutput> window;
    private final List<Submitted> submitted = new ArrayList<>();

    /** Makes what the model takes from an image. */
    @FunctionalInterface
    interface Preparation {

        ImagePreparation.Prepared prepare(PredictionRequest.Input input) throws DetectionException;
    }

    /** What is kept of an image whose inputs are submitted: not its pixels. */
    private record Submitted(
            FrameSize image,
            @Nullable RegionOfInterest region,
            FrameSize frame,
            InputCheck input,
            List<ImageWarning> warnings,
            Duration decode,
            Duration preprocess,
            Duration waited,
            long start) {}

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
        try (FrameRuns runs = new FrameRuns(model.card(), model.maxInFlight(), window, context)) {
            submit(runs, request.inputs().get(0), first);
            for (PredictionRequest.Input input :
                    request.inputs().subList(1, request.inputs().size())) {
                try (Slot<ModelInput, ModelOutput> slot = ModelQueue.next(window, context)) {
                    submit(runs, input, slot);
                }
            }
            List<FrameRuns.Result> results = runs.finish();
            List<Prediction> predictions = new ArrayList<>();
            for (int i = 0; i < results.size(); i++) {
                predictions.add(prediction(submitted.get(i), results.get(i)));
            }
            return predictions;
        }
    }

    private void submit(FrameRuns runs, PredictionRequest.Input input, Slot<ModelInput, ModelOutput> slot)
            throws DetectionException {
        long start = System.nanoTime();
        ImagePreparation.Prepared prepared = preparation.prepare(input);
        Frame frame = prepared.frame();
        FramePlan plan = frame.plan();
        submitted.add(new Submitted(
                plan.image(),
                plan.regionOfInterest(),
                plan.frame(),
                prepared.input(),
                prepared.warnings(),
                prepared.decode(),
                prepared.preprocess(),
                prepared.waited(start),
                start));
        runs.submit(
                frame,
                request.reconstruction() ? FrameBlender.Reconstruction.PLANES : FrameBlender.Reconstruction.NONE,
                slot);
    }

    private Prediction prediction(Submitted image, FrameRuns.Result result) {
        Timing timing = new Timing(
                image.decode(),
                image.preprocess(),
                waited.plus(image.waited()).plus(result.queued()),
                result.ran(),
                Duration.ZERO,
                waited.plusNanos(result.ended() - image.start()),
                result.inputs());
        return new Prediction(
                model,
                result.frame().score(),
                result.frame().map(),
                image.image(),
                image.region(),
                image.frame(),
                result.frame().planes(),
                image.input(),
                image.warnings(),
                timing);
    }
}
