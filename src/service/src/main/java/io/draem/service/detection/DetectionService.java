package io.draem.service.detection;

import io.draem.frame.FrameBlender;
import io.draem.frame.FramePlan;
import io.draem.image.OpenedImage;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.service.models.ModelLease;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.FairExecutor;
import io.draem.service.queue.Listeners;
import io.draem.service.queue.QueueWindow;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.Slot;
import java.time.Duration;

/** Examines images, step by step: bytes, pixels, inputs, queue, anomaly map, verdict. */
public final class DetectionService {

    private final RequestDispatch dispatch;
    private final ImagePreparation preparation;
    private final PixelBudget pixels;
    private final ResponseBudget responses;
    private final FairExecutor threads;
    private final DetectionListener listener;
    private final FrameAdmission frames;
    private final Postprocessing postprocessing;
    private final DetectionArchive archive;

    DetectionService(
            RequestDispatch dispatch,
            ImagePreparation preparation,
            PixelBudget pixels,
            ResponseBudget responses,
            FairExecutor threads,
            DetectionListener listener,
            FrameAdmission frames,
            Postprocessing postprocessing,
            DetectionArchive archive) {
        this.dispatch = dispatch;
        this.preparation = preparation;
        this.pixels = pixels;
        this.responses = responses;
        this.threads = threads;
        this.listener = listener;
        this.frames = frames;
        this.postprocessing = postprocessing;
        this.archive = archive;
    }

    /**
     * Returns the verdict on an image, in that image's own pixels.
     *
     * @throws DetectionException if there is none; the message is for the client
     */
    public Detection detect(DetectionRequest request) throws DetectionException {
        return dispatch.<Detection, DetectionException>dispatch(
                request.model(),
                request.version(),
                request.context(),
                (candidate, served) -> request.isTakenBy(candidate),
                (model, start) -> examine(model, request, start),
                listener::detected);
    }

    /**
     * Keeps the model of a request open until the lease is closed.
     *
     * @throws DetectionException if no image can be examined with these parameters, whatever it shows
     */
    ModelLease lease(DetectionRequest request) throws DetectionException {
        ModelLease lease = dispatch.lease(
                request.model(),
                request.version(),
                request.context(),
                (candidate, served) -> request.isTakenBy(candidate));
        try {
            request.requireTakenBy(lease.model());
            return lease;
        } catch (DetectionException e) {
            lease.close();
            throw e;
        }
    }

    /**
     * Returns the verdict on an image that has its slot already.
     *
     * @param model the model of a {@link #lease} that is open until this returns
     */
    Detection detect(DetectionRequest request, ServedModel model, Slot<ModelInput, ModelOutput> slot)
            throws DetectionException {
        return dispatch.<Detection, DetectionException>dispatch(
                model,
                System.nanoTime(),
                request.context(),
                (leased, start) -> {
                    try (slot) {
                        return examine(leased, request, leased.window(), slot, start);
                    }
                },
                listener::detected);
    }

    /** Reports an image that is not examined, and throws why. */
    Detection refuse(DetectionRequest request, ServedModel model, DetectionException reason) throws DetectionException {
        return dispatch.<Detection, DetectionException>dispatch(
                model,
                System.nanoTime(),
                request.context(),
                (leased, start) -> {
                    throw reason;
                },
                listener::detected);
    }

    /** Returns how many pixels of images are in memory now. */
    public int pixelsInFlight() {
        return pixels.taken();
    }

    /** Returns how many bytes of pictures are in memory for responses that are being sent. */
    public long pictureBytesInFlight() {
        return responses.taken();
    }

    private Detection examine(ServedModel model, DetectionRequest request, long start) throws DetectionException {
        request.requireTakenBy(model);
        // The slot first: nothing is decoded for a request that the queue would refuse.
        QueueWindow<ModelInput, ModelOutput> window = model.window();
        return examine(model, request, window, ModelQueue.first(window), start);
    }

    private Detection examine(
            ServedModel model,
            DetectionRequest request,
            QueueWindow<ModelInput, ModelOutput> window,
            Slot<ModelInput, ModelOutput> first,
            long start)
            throws DetectionException {
        try (window;
                first) {
            OpenedImage image = preparation.open(request.image());
            FramePlan all = frames.all(model.card(), image.header());
            boolean region = FrameAdmission.hasRegion(model.card(), request.region());
            FrameCost cost = new FrameCost(image.header(), all, model.maxInFlight(), region);
            long bytes = cost.examining(request.include(), request.maxPictureSide());
            try (PixelBudget.Share share = pixels.take(bytes, request.remedy(), request.context())) {
                FramePlan plan = frames.plan(model, image.header(), all, request.region(), request.context());
                ModelQueue.announce(window, plan.inputs() - 1, request.context());
                return run(new Examination(model, request, plan, cost.pixels(), start), image, window, first);
            }
        }
    }

    /**
     * What is examined.
     *
     * @param cost pixels of the image
     * @param start {@link System#nanoTime()} when it began
     */
    private record Examination(ServedModel model, DetectionRequest request, FramePlan plan, int cost, long start) {

        boolean includes(Include part) {
            return request.include().contains(part);
        }
    }

    /** The request's own thread waits, cuts and blends; the rest is done on the threads for images and by the model's worker. */
    private Detection run(
            Examination examination,
            OpenedImage image,
            QueueWindow<ModelInput, ModelOutput> window,
            Slot<ModelInput, ModelOutput> first)
            throws DetectionException {
        ServedModel model = examination.model();
        RequestContext context = examination.request().context();
        Duration waited = Duration.ofNanos(System.nanoTime() - examination.start());
        DetectionException.requireActive(context);
        long passed = System.nanoTime();
        ImagePreparation.Prepared prepared = ModelQueue.call(
                threads,
                model.name(),
                context,
                examination.cost(),
                () -> preparation.prepare(image, examination.plan(), model, examination.includes(Include.OVERLAY)));
        waited = waited.plus(prepared.waited(passed));
        FrameRuns.Result result;
        try (FrameRuns runs = new FrameRuns(model.card(), model.maxInFlight(), window, context)) {
            FrameBlender.Reconstruction reconstruction = examination.includes(Include.RECONSTRUCTION)
                    ? FrameBlender.Reconstruction.RGB
                    : FrameBlender.Reconstruction.NONE;
            runs.submit(prepared.frame(), reconstruction, first);
            result = runs.finish().get(0);
        }
        passed = System.nanoTime();
        Postprocessing.Finding finding = ModelQueue.call(
                threads,
                model.name(),
                context,
                examination.cost(),
                () -> postprocessing.find(
                        examination.request(), model.card(), examination.plan(), prepared.image(), result.frame()));
        waited = waited.plusNanos(System.nanoTime() - passed).minus(finding.took());
        Detection detection = detection(examination, prepared, result, finding, waited);
        responses.take(detection.pictureBytes(), context);
        Listeners.call(
                "archive",
                () -> archive.offer(
                        examination.request(),
                        detection,
                        result.frame().map(),
                        examination.plan().regionOfInterest()));
        return detection;
    }

    private static Detection detection(
            Examination examination,
            ImagePreparation.Prepared prepared,
            FrameRuns.Result result,
            Postprocessing.Finding finding,
            Duration waited) {
        FramePlan plan = examination.plan();
        Timing timing = new Timing(
                prepared.decode(),
                prepared.preprocess(),
                waited.plus(result.queued()),
                result.ran(),
                finding.took(),
                Duration.ofNanos(System.nanoTime() - examination.start()),
                result.inputs());
        return new Detection(
                examination.model(),
                plan.image(),
                Detection.CutFrame.of(plan),
                Detection.Region.of(plan, examination.request().region() != null),
                examination.includes(Include.TILES) ? Detection.Tile.of(plan) : null,
                finding.digest(),
                prepared.input(),
                prepared.warnings(),
                finding.verdict(),
                examination.includes(Include.POLYGON),
                finding.pictures(),
                timing);
    }
}
