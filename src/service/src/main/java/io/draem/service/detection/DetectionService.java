package io.draem.service.detection;

import io.draem.image.OpenedImage;
import io.draem.model.ModelCard;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.Calibration;
import io.draem.score.RegionFinder;
import io.draem.score.RegionOptions;
import io.draem.score.ScaledMap;
import io.draem.service.models.ModelLease;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.FairExecutor;
import io.draem.service.queue.PendingRequest;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.Slot;
import io.draem.text.Sha256;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** Examines images, step by step: bytes, pixels, tensor, queue, anomaly map, verdict. */
public final class DetectionService {

    private final RequestDispatch dispatch;
    private final ImagePreparation preparation;
    private final PixelBudget pixels;
    private final ResponseBudget responses;
    private final FairExecutor threads;
    private final DetectionListener listener;
    private final int minRegionArea;

    DetectionService(
            RequestDispatch dispatch,
            ImagePreparation preparation,
            PixelBudget pixels,
            ResponseBudget responses,
            FairExecutor threads,
            DetectionListener listener,
            int minRegionArea) {
        this.dispatch = dispatch;
        this.preparation = preparation;
        this.pixels = pixels;
        this.responses = responses;
        this.threads = threads;
        this.listener = listener;
        this.minRegionArea = minRegionArea;
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
                (model, start) -> examine(model, request, start),
                listener::detected);
    }

    /**
     * Keeps the model of a request open until the lease is closed.
     *
     * @throws DetectionException if no image can be examined with these parameters, whatever it shows
     */
    ModelLease lease(DetectionRequest request) throws DetectionException {
        ModelLease lease = dispatch.lease(request.model(), request.version());
        try {
            check(request, lease.model());
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
                (leased, start) -> examine(leased, request, slot, start),
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
        check(request, model);
        // The slot first: nothing is decoded for a request that the queue would refuse.
        return examine(model, request, ModelQueue.reserve(model), start);
    }

    private Detection examine(
            ServedModel model, DetectionRequest request, Slot<ModelInput, ModelOutput> slot, long start)
            throws DetectionException {
        try (slot) {
            OpenedImage image = preparation.open(request.image());
            ImagePreparation.Cost cost = ImagePreparation.cost(image, request.include(), model.card());
            try (PixelBudget.Share share = pixels.take(cost.bytes(), remedy(request.include()), request.context())) {
                return run(model, request, image, cost.pixels(), slot, start);
            }
        }
    }

    /** Returns how to take less memory, as the end of a sentence. */
    static String remedy(Set<Include> include) {
        return "send a smaller image" + (Include.atImageSize(include) ? ", or ask for fewer pictures" : "");
    }

    private static void check(DetectionRequest request, ServedModel model) throws DetectionException {
        if (request.include().contains(Include.RECONSTRUCTION) && !model.reconstructs()) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST,
                    "The model " + model.name() + " was exported without its reconstruction: leave it out of include");
        }
    }

    /** The request's own thread waits; the work is done on the threads for images and by the model's worker. */
    private Detection run(
            ServedModel model,
            DetectionRequest request,
            OpenedImage image,
            int cost,
            Slot<ModelInput, ModelOutput> slot,
            long start)
            throws DetectionException {
        RequestContext context = request.context();
        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        DetectionException.requireActive(context);
        boolean keepImage = request.include().contains(Include.OVERLAY);
        ImagePreparation.Prepared prepared = ModelQueue.call(
                threads, model.name(), context, cost, () -> preparation.prepare(image, model, keepImage));
        DetectionException.requireActive(context);
        ModelInput input = new ModelInput(prepared.pixels(), request.include().contains(Include.RECONSTRUCTION));
        PendingRequest.Result<ModelOutput> answer = ModelQueue.await(ModelQueue.submit(slot, input, context));
        Postprocessed result = ModelQueue.call(
                threads,
                model.name(),
                context,
                cost,
                () -> postprocess(request, model.card(), prepared, answer.output()));
        Timing timing = new Timing(
                prepared.decode(),
                prepared.preprocess(),
                waited.plus(answer.queued()),
                answer.ran(),
                result.took(),
                Duration.ofNanos(System.nanoTime() - start));
        Detection detection = new Detection(
                model,
                prepared.width(),
                prepared.height(),
                result.digest(),
                prepared.input(),
                prepared.warnings(),
                result.verdict(),
                request.include().contains(Include.POLYGON),
                result.pictures(),
                timing);
        responses.take(detection.pictureBytes(), context);
        return detection;
    }

    private record Postprocessed(
            String digest, Verdict verdict, Map<Include, Detection.Picture> pictures, Duration took) {}

    private Postprocessed postprocess(
            DetectionRequest request, ModelCard card, ImagePreparation.Prepared prepared, ModelOutput output) {
        Timing.Stopwatch stopwatch = new Timing.Stopwatch(System.nanoTime());
        ScaledMap map = new ScaledMap(output.map(), prepared.width(), prepared.height());
        Verdict verdict = verdict(card, output.score(), map, request);
        Map<Include, Detection.Picture> pictures =
                ResponsePictures.draw(request.include(), card, prepared.image(), map, verdict, output.reconstruction());
        return new Postprocessed(Sha256.of(request.image()), verdict, pictures, stopwatch.lap());
    }

    private Verdict verdict(ModelCard card, double score, ScaledMap map, DetectionRequest request) {
        Calibration calibration = card.calibration();
        double threshold = request.threshold() != null ? request.threshold() : calibration.imageThreshold();
        double pixelThreshold =
                request.pixelThreshold() != null ? request.pixelThreshold() : calibration.pixelThreshold();
        int area = card.minRegionArea(request.minRegionArea(), minRegionArea);
        boolean anomalous = score > threshold;
        boolean outlines =
                request.include().contains(Include.POLYGON) || request.include().contains(Include.OVERLAY);
        return new Verdict(
                anomalous,
                score,
                Calibration.normalize(score, threshold, calibration.scoreMin(), calibration.scoreMax()),
                threshold,
                area,
                RegionFinder.find(map, new RegionOptions(pixelThreshold, area, anomalous, outlines)));
    }
}
