package io.draem.service.detection;

import io.draem.digest.Sha256;
import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.ImageTensor;
import io.draem.image.RgbImage;
import io.draem.model.ModelCard;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.RegionFinder;
import io.draem.service.inference.Answer;
import io.draem.service.inference.InferenceException;
import io.draem.service.inference.ModelInput;
import io.draem.service.inference.ModelOutput;
import io.draem.service.inference.Place;
import io.draem.service.models.ModelLease;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.ServedModel;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Examines images, one direction, step by step: bytes, pixels, tensor, queue, anomaly map, verdict. */
public final class DetectionService {

    private final ModelRepository models;
    private final ImageDecoder decoder;
    private final PixelBudget pixels;
    private final FairThreads threads;
    private final DetectionListener listener;
    private final int minRegionArea;

    DetectionService(
            ModelRepository models,
            ImageDecoder decoder,
            PixelBudget pixels,
            FairThreads threads,
            DetectionListener listener,
            int minRegionArea) {
        this.models = models;
        this.decoder = decoder;
        this.pixels = pixels;
        this.threads = threads;
        this.listener = listener;
        this.minRegionArea = minRegionArea;
    }

    /**
     * Returns the verdict on an image, in that image's own pixels.
     *
     * @throws DetectionException if there is none; the message is meant for the caller
     */
    public Detection detect(DetectionRequest request) throws DetectionException {
        long start = System.nanoTime();
        String model = null;
        Outcome outcome = Outcome.INFERENCE_FAILED;
        try {
            Detection detection;
            try (ModelLease lease = select(request)) {
                ServedModel served = lease.model();
                model = served.name();
                requireReconstruction(served, request);
                // A place first: nothing is decoded for a request that the queue would refuse.
                try (Place<ModelInput, ModelOutput> place = reserve(served);
                        PixelBudget.Share share = takePixels(request)) {
                    detection = examine(served, request, place, start);
                }
            }
            listener.detected(detection);
            outcome = Outcome.SUCCESS;
            return detection;
        } catch (DetectionException e) {
            outcome = e.outcome();
            e.told();
            throw e;
        } finally {
            listener.ended(model, outcome, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /**
     * Does nothing where an image with these wishes can be examined now.
     *
     * @throws DetectionException if none can, whatever it shows
     */
    void requireServable(DetectionRequest request) throws DetectionException {
        try (ModelLease lease = select(request)) {
            requireReconstruction(lease.model(), request);
        }
    }

    /** Returns how many pixels of images are in memory now. */
    public int pixelsInFlight() {
        return pixels.taken();
    }

    private ModelLease select(DetectionRequest request) throws DetectionException {
        requireFraction("threshold", request.threshold());
        requireFraction("pixelThreshold", request.pixelThreshold());
        try {
            return models.lease(request.model(), request.version());
        } catch (ModelSelectionException e) {
            throw DetectionException.of(e);
        }
    }

    private static void requireFraction(String parameter, @Nullable Double value) throws DetectionException {
        if (value != null && !(value >= 0 && value <= 1)) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST, "The parameter " + parameter + " must be a number between 0 and 1");
        }
    }

    private static void requireReconstruction(ServedModel model, DetectionRequest request) throws DetectionException {
        if (request.include().contains(Include.RECONSTRUCTION) && !model.reconstructs()) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST,
                    "The model " + model.name() + " was exported without its reconstruction: leave it out of include");
        }
    }

    private static Place<ModelInput, ModelOutput> reserve(ServedModel model) throws DetectionException {
        try {
            return model.reserve();
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        }
    }

    private PixelBudget.Share takePixels(DetectionRequest request) throws DetectionException {
        if (request.image().length == 0) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST, "The image is empty: no byte of it was sent");
        }
        try {
            ImageHeader header = decoder.readHeader(request.image());
            return pixels.take(header.width() * header.height(), request.caller());
        } catch (ImageException e) {
            throw DetectionException.of(e);
        }
    }

    /** The request's own thread waits; the work is done on the threads for images and by the model's worker. */
    private Detection examine(
            ServedModel model, DetectionRequest request, Place<ModelInput, ModelOutput> place, long start)
            throws DetectionException {
        Caller caller = request.caller();
        Duration waited = Duration.ofNanos(System.nanoTime() - start);
        caller.requireWaiting();
        Prepared prepared = threads.call(model.name(), caller, () -> prepare(request, model));
        caller.requireWaiting();
        ModelInput input = new ModelInput(prepared.pixels(), request.include().contains(Include.RECONSTRUCTION));
        Answer<ModelOutput> answer = answer(place, input, caller);
        Examined examined =
                threads.call(model.name(), caller, () -> conclude(request, model.card(), prepared, answer.output()));
        RgbImage image = prepared.image();
        Timing timing = new Timing(
                prepared.decode(),
                prepared.preprocess(),
                waited.plus(answer.queued()),
                answer.ran(),
                examined.took(),
                Duration.ofNanos(System.nanoTime() - start));
        return new Detection(
                model,
                image.width(),
                image.height(),
                prepared.digest(),
                examined.verdict(),
                examined.pictures(),
                timing);
    }

    private record Prepared(RgbImage image, float[] pixels, String digest, Duration decode, Duration preprocess) {}

    private record Examined(Verdict verdict, Map<Include, Picture> pictures, Duration took) {}

    private Prepared prepare(DetectionRequest request, ServedModel model) throws DetectionException {
        Stopwatch stopwatch = new Stopwatch(System.nanoTime());
        RgbImage image = decode(request.image());
        String digest = Sha256.of(request.image());
        Duration decode = stopwatch.lap();
        float[] pixels =
                ImageTensor.of(image, model.card().width(), model.card().height());
        listener.prepared(model, pixels);
        return new Prepared(image, pixels, digest, decode, stopwatch.lap());
    }

    private Examined conclude(DetectionRequest request, ModelCard card, Prepared prepared, ModelOutput output) {
        Stopwatch stopwatch = new Stopwatch(System.nanoTime());
        RgbImage image = prepared.image();
        AnomalyMap map = output.map().resized(image.width(), image.height());
        Verdict verdict = verdict(card.calibration(), output.score(), map, request);
        Map<Include, Picture> pictures =
                Pictures.draw(request.include(), card, image, map, verdict, output.reconstruction());
        return new Examined(verdict, pictures, stopwatch.lap());
    }

    private RgbImage decode(byte[] bytes) throws DetectionException {
        try {
            return decoder.decode(bytes);
        } catch (ImageException e) {
            throw DetectionException.of(e);
        }
    }

    private static Answer<ModelOutput> answer(Place<ModelInput, ModelOutput> place, ModelInput input, Caller caller)
            throws DetectionException {
        try {
            return place.submit(input, caller.deadline()).await(caller::isGone);
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw DetectionException.cancelled(e);
        }
    }

    private Verdict verdict(Calibration calibration, double score, AnomalyMap map, DetectionRequest request) {
        double threshold = request.threshold() != null ? request.threshold() : calibration.imageThreshold();
        double pixelThreshold =
                request.pixelThreshold() != null ? request.pixelThreshold() : calibration.pixelThreshold();
        return new Verdict(
                score > threshold,
                score,
                Calibration.normalize(score, threshold, calibration.scoreMin(), calibration.scoreMax()),
                threshold,
                pixelThreshold,
                RegionFinder.find(map, pixelThreshold, minRegionArea));
    }
}
