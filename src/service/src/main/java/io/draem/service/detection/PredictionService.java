package io.draem.service.detection;

import io.draem.image.ImageDecoder;
import io.draem.image.ImageException;
import io.draem.image.ImageHeader;
import io.draem.image.ImageTensor;
import io.draem.image.RgbImage;
import io.draem.model.ModelCard;
import io.draem.service.inference.Answer;
import io.draem.service.inference.InferenceException;
import io.draem.service.inference.ModelInput;
import io.draem.service.inference.ModelOutput;
import io.draem.service.inference.Place;
import io.draem.service.inference.Ticket;
import io.draem.service.models.ModelLease;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.ServedModel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Asks a model about images and gives back what its network says, unjudged. The images of a request go one by one
 * through the model's queue, where they share runs with each other and with other requests.
 */
public final class PredictionService {

    private static final long LOOK_FOR_ROOM = TimeUnit.MILLISECONDS.toNanos(2);

    private final ModelRepository models;
    private final ImageDecoder decoder;
    private final PixelBudget pixels;
    private final int maxPixels;
    private final FairThreads threads;
    private final DetectionListener listener;

    /**
     * @param maxPixels all the pixels of the budget
     */
    PredictionService(
            ModelRepository models,
            ImageDecoder decoder,
            PixelBudget pixels,
            int maxPixels,
            FairThreads threads,
            DetectionListener listener) {
        this.models = models;
        this.decoder = decoder;
        this.pixels = pixels;
        this.maxPixels = maxPixels;
        this.threads = threads;
        this.listener = listener;
    }

    /**
     * Returns one prediction an image, in their order.
     *
     * @param name name of the model; null for the default
     * @param version version of the model; null for the one in service
     * @param source asked once, for what the model is to answer
     * @throws DetectionException if one of them has none; the message is meant for the caller
     */
    public List<Prediction> predict(@Nullable String name, @Nullable Integer version, PredictionSource source)
            throws DetectionException, IOException {
        long start = System.nanoTime();
        String model = null;
        Outcome outcome = Outcome.INFERENCE_FAILED;
        try {
            List<Prediction> predictions;
            try (ModelLease lease = select(name, version)) {
                ServedModel served = lease.model();
                model = served.name();
                PredictionRequest request = source.read(served);
                check(request, served);
                // A place first: nothing is decoded for a request that the queue would refuse.
                try (Place<ModelInput, ModelOutput> first = reserve(served);
                        PixelBudget.Share share = takePixels(request, served.card())) {
                    predictions = new Run(served, request, start).all(first);
                }
            }
            predictions.forEach(listener::predicted);
            outcome = Outcome.SUCCESS;
            return predictions;
        } catch (DetectionException e) {
            outcome = e.outcome();
            throw e;
        } catch (IOException e) {
            outcome = Outcome.CANCELLED;
            throw e;
        } finally {
            listener.ended(model, outcome, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private ModelLease select(@Nullable String name, @Nullable Integer version) throws DetectionException {
        try {
            return models.lease(name, version);
        } catch (ModelSelectionException e) {
            throw DetectionException.of(e);
        }
    }

    private static void check(PredictionRequest request, ServedModel model) throws DetectionException {
        if (request.reconstruction() && !model.reconstructs()) {
            throw invalid("The model " + model.name() + " was exported without its reconstruction: do not ask for it");
        }
        int length = 3 * model.card().height() * model.card().width();
        for (PredictionInput input : request.inputs()) {
            if (input instanceof PredictionInput.Tensor tensor) {
                if (tensor.values().length != length) {
                    throw invalid("The model " + model.name() + " takes " + length + " values an image, got "
                            + tensor.values().length);
                }
                requireFractions(tensor.values());
            }
        }
    }

    /** Other requests share the run: a value that is none, or too large to stay one, would spoil their answers too. */
    private static void requireFractions(float[] values) throws DetectionException {
        for (float value : values) {
            if (!(value >= 0 && value <= 1)) {
                throw invalid("The input takes RGB values from 0 to 1, got " + value
                        + ": divide 8-bit values by 255, and do not normalise them further");
            }
        }
    }

    /** Takes all at once: whoever holds a part and waits for more may wait for one that does the same. */
    private PixelBudget.Share takePixels(PredictionRequest request, ModelCard card) throws DetectionException {
        long wanted = (long) request.inputs().size() * card.width() * card.height();
        long largest = 0;
        for (PredictionInput input : request.inputs()) {
            if (input instanceof PredictionInput.Encoded encoded) {
                largest = Math.max(largest, countPixels(encoded.image()));
            }
        }
        if (wanted > maxPixels) {
            throw new DetectionException.Rejected(
                    Outcome.IMAGE_TOO_LARGE,
                    "The images have " + wanted + " pixels together, and " + maxPixels + " are taken at most"
                            + " (draem.image.max-pixels-in-flight): send fewer at a time");
        }
        // Images are decoded one after the other, so the largest counts. Alone, it may take all there is.
        return pixels.take(Math.toIntExact(Math.min(maxPixels, wanted + largest)), request.caller());
    }

    private long countPixels(byte[] image) throws DetectionException {
        if (image.length == 0) {
            throw invalid("An image is empty: no byte of it was sent");
        }
        try {
            ImageHeader header = decoder.readHeader(image);
            return (long) header.width() * header.height();
        } catch (ImageException e) {
            throw DetectionException.of(e);
        }
    }

    private static Place<ModelInput, ModelOutput> reserve(ServedModel model) throws DetectionException {
        try {
            return model.reserve();
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        }
    }

    private static DetectionException invalid(String message) {
        return new DetectionException.Rejected(Outcome.INVALID_REQUEST, message);
    }

    /** The way of one request's images through the queue of its model. */
    private final class Run {

        private final ServedModel model;
        private final PredictionRequest request;
        private final Caller caller;
        private final Duration waited;
        private final int window;
        private final Deque<Pending> pending = new ArrayDeque<>();
        private final List<Prediction> predictions = new ArrayList<>();

        private record Pending(
                Ticket<ModelInput, ModelOutput> ticket, Duration decode, Duration preprocess, long start) {}

        Run(ServedModel model, PredictionRequest request, long start) {
            this.model = model;
            this.request = request;
            this.caller = request.caller();
            this.waited = Duration.ofNanos(System.nanoTime() - start);
            // One batch runs and one waits: more would only keep places from other requests.
            this.window = Math.min(model.queueCapacity(), 2 * model.maxBatchSize());
        }

        List<Prediction> all(Place<ModelInput, ModelOutput> first) throws DetectionException {
            try {
                submit(request.inputs().get(0), first);
                for (PredictionInput input :
                        request.inputs().subList(1, request.inputs().size())) {
                    try (Place<ModelInput, ModelOutput> place = next()) {
                        submit(input, place);
                    }
                }
                while (!pending.isEmpty()) {
                    collect();
                }
                return predictions;
            } finally {
                pending.forEach(waiting -> waiting.ticket().cancel());
            }
        }

        /** Waits for a place: what was done for this request already is not thrown away. */
        private Place<ModelInput, ModelOutput> next() throws DetectionException {
            while (true) {
                if (pending.size() < window && model.queueDepth() < model.queueCapacity()) {
                    try {
                        return model.reserve();
                    } catch (InferenceException.Overloaded e) {
                        // Another request was faster.
                    } catch (InferenceException e) {
                        throw DetectionException.of(e);
                    }
                }
                if (!pending.isEmpty()) {
                    collect();
                } else {
                    caller.requireWaiting();
                    LockSupport.parkNanos(LOOK_FOR_ROOM);
                }
            }
        }

        private void submit(PredictionInput input, Place<ModelInput, ModelOutput> place) throws DetectionException {
            long start = System.nanoTime();
            Prepared prepared = prepare(input);
            caller.requireWaiting();
            try {
                ModelInput image = new ModelInput(prepared.pixels(), request.reconstruction());
                pending.add(new Pending(
                        place.submit(image, caller.deadline()), prepared.decode(), prepared.preprocess(), start));
            } catch (InferenceException e) {
                throw DetectionException.of(e);
            }
        }

        private record Prepared(float[] pixels, Duration decode, Duration preprocess) {}

        private Prepared prepare(PredictionInput input) throws DetectionException {
            if (input instanceof PredictionInput.Encoded encoded) {
                return threads.call(model.name(), caller, () -> {
                    Stopwatch stopwatch = new Stopwatch(System.nanoTime());
                    RgbImage image = decode(encoded.image());
                    Duration decode = stopwatch.lap();
                    ModelCard card = model.card();
                    float[] pixels = ImageTensor.of(image, card.width(), card.height());
                    listener.prepared(model, pixels);
                    return new Prepared(pixels, decode, stopwatch.lap());
                });
            }
            float[] pixels = ((PredictionInput.Tensor) input).values();
            listener.prepared(model, pixels);
            return new Prepared(pixels, Duration.ZERO, Duration.ZERO);
        }

        private RgbImage decode(byte[] image) throws DetectionException {
            try {
                return decoder.decode(image);
            } catch (ImageException e) {
                throw DetectionException.of(e);
            }
        }

        private void collect() throws DetectionException {
            Pending oldest = pending.remove();
            try {
                Answer<ModelOutput> answer = oldest.ticket().await(caller::isGone);
                Timing timing = new Timing(
                        oldest.decode(),
                        oldest.preprocess(),
                        waited.plus(answer.queued()),
                        answer.ran(),
                        Duration.ZERO,
                        Duration.ofNanos(System.nanoTime() - oldest.start()));
                ModelOutput output = answer.output();
                predictions.add(new Prediction(model, output.score(), output.map(), output.reconstruction(), timing));
            } catch (InferenceException e) {
                throw DetectionException.of(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw DetectionException.cancelled(e);
            }
        }
    }
}
