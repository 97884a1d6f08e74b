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
import io.draem.service.models.ModelLease;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.ServedModel;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Examines images, one direction, step by step: bytes, pixels, tensor, queue, anomaly map, verdict. */
public final class DetectionService {

    private final ModelRepository models;
    private final ImageDecoder decoder;
    private final PixelBudget pixels;
    private final DetectionListener listener;
    private final Duration requestTimeout;
    private final int minRegionArea;

    DetectionService(
            ModelRepository models,
            ImageDecoder decoder,
            PixelBudget pixels,
            DetectionListener listener,
            Duration requestTimeout,
            int minRegionArea) {
        this.models = models;
        this.decoder = decoder;
        this.pixels = pixels;
        this.listener = listener;
        this.requestTimeout = requestTimeout;
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
                admit(served, request);
                try (PixelBudget.Share share = takePixels(request.image(), start)) {
                    detection = examine(served, request, start);
                }
            }
            listener.detected(detection);
            outcome = Outcome.SUCCESS;
            return detection;
        } catch (DetectionException e) {
            outcome = e.outcome();
            throw e;
        } finally {
            listener.ended(model, outcome, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private ModelLease select(DetectionRequest request) throws DetectionException {
        Double threshold = request.threshold();
        if (threshold != null && !(threshold >= 0 && threshold <= 1)) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST, "The parameter threshold must be a number between 0 and 1");
        }
        try {
            return models.lease(request.model(), request.version());
        } catch (ModelSelectionException e) {
            throw DetectionException.of(e);
        }
    }

    private static void admit(ServedModel model, DetectionRequest request) throws DetectionException {
        try {
            // Nothing is decoded for a request that the queue would refuse.
            model.requireRoom();
        } catch (InferenceException e) {
            throw translate(e);
        }
        if (request.include().contains(Include.RECONSTRUCTION) && !model.reconstructs()) {
            throw new DetectionException.Rejected(
                    Outcome.INVALID_REQUEST,
                    "The model " + model.name() + " was exported without its reconstruction: leave it out of include");
        }
    }

    private PixelBudget.Share takePixels(byte[] image, long start) throws DetectionException {
        try {
            ImageHeader header = decoder.readHeader(image);
            return pixels.take(header.width() * header.height(), start + requestTimeout.toNanos());
        } catch (ImageException e) {
            throw translate(e);
        } catch (TimeoutException e) {
            throw new DetectionException.Failed(
                    Outcome.DEADLINE_EXCEEDED,
                    "Other images left no room before the deadline: send fewer or smaller images at a time",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DetectionException.Failed(Outcome.CANCELLED, "The request was cancelled", e);
        }
    }

    private Detection examine(ServedModel model, DetectionRequest request, long start) throws DetectionException {
        Stopwatch stopwatch = new Stopwatch(start);
        Duration waited = stopwatch.lap();
        RgbImage image = decode(request.image());
        String digest = Sha256.of(request.image());
        Duration decode = stopwatch.lap();

        ModelCard card = model.card();
        float[] pixels = ImageTensor.of(image, card.width(), card.height());
        Duration preprocess = stopwatch.lap();

        boolean reconstruct = request.include().contains(Include.RECONSTRUCTION);
        Answer<ModelOutput> answer =
                answer(model, new ModelInput(pixels, reconstruct), start + requestTimeout.toNanos());
        stopwatch.lap();

        AnomalyMap map = answer.output().map().resized(image.width(), image.height());
        Verdict verdict = verdict(card.calibration(), answer.output().score(), map, request.threshold());
        Map<Include, Picture> pictures = Pictures.draw(
                request.include(), card, image, map, verdict, answer.output().reconstruction());
        Duration postprocess = stopwatch.lap();

        Timing timing = new Timing(
                decode, preprocess, waited.plus(answer.queued()), answer.ran(), postprocess, stopwatch.sinceStart());
        return new Detection(model, image.width(), image.height(), digest, verdict, pictures, timing);
    }

    private RgbImage decode(byte[] bytes) throws DetectionException {
        try {
            return decoder.decode(bytes);
        } catch (ImageException e) {
            throw translate(e);
        }
    }

    private static DetectionException translate(ImageException e) {
        Outcome outcome = e instanceof ImageException.TooLarge
                ? Outcome.IMAGE_TOO_LARGE
                : e instanceof ImageException.Unsupported ? Outcome.UNSUPPORTED_MEDIA_TYPE : Outcome.INVALID_IMAGE;
        return new DetectionException.Rejected(outcome, message(e));
    }

    private static Answer<ModelOutput> answer(ServedModel model, ModelInput input, long deadline)
            throws DetectionException {
        try {
            return model.submit(input, deadline).await();
        } catch (InferenceException e) {
            throw translate(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DetectionException.Failed(Outcome.CANCELLED, "The request was cancelled", e);
        }
    }

    private Verdict verdict(Calibration calibration, double score, AnomalyMap map, @Nullable Double override) {
        double threshold = override != null ? override : calibration.imageThreshold();
        return new Verdict(
                score > threshold,
                score,
                Calibration.normalize(score, threshold, calibration.scoreMin(), calibration.scoreMax()),
                threshold,
                calibration.pixelThreshold(),
                RegionFinder.find(map, calibration.pixelThreshold(), minRegionArea));
    }

    private static DetectionException translate(InferenceException e) {
        if (e instanceof InferenceException.Overloaded overloaded) {
            return new DetectionException.Unavailable(
                    Outcome.OVERLOADED,
                    "Too many requests wait already: try again later, or start more replicas",
                    overloaded.retryAfter());
        }
        if (e instanceof InferenceException.ShuttingDown) {
            return new DetectionException.Unavailable(
                    Outcome.NOT_READY,
                    "The service shuts down: send the request to another replica",
                    DetectionException.WHEN_READY);
        }
        if (e instanceof InferenceException.DeadlineExceeded) {
            return new DetectionException.Failed(
                    Outcome.DEADLINE_EXCEEDED,
                    "The image was not examined before the deadline: send fewer requests at a time, or raise"
                            + " draem.request-timeout",
                    e);
        }
        if (e instanceof InferenceException.Cancelled) {
            return new DetectionException.Failed(Outcome.CANCELLED, "The request was cancelled", e);
        }
        return new DetectionException.Failed(
                Outcome.INFERENCE_FAILED, "The model failed on this image: the service's log says why", e);
    }

    /** Our own exceptions all have a message, and it is written for the caller. */
    private static String message(Exception e) {
        return Objects.requireNonNull(e.getMessage());
    }
}
