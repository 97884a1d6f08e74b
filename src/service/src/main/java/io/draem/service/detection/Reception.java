package io.draem.service.detection;

import io.draem.service.models.ModelLease;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.ServedModel;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds each request the model that it asks for, and tells the listener once how it ended. */
final class Reception {

    private static final Logger log = LoggerFactory.getLogger(Reception.class);

    private final ModelRepository models;
    private final DetectionListener listener;

    Reception(ModelRepository models, DetectionListener listener) {
        this.models = models;
        this.listener = listener;
    }

    /** What is done for a request while its model is kept open. */
    @FunctionalInterface
    interface Work<T, E extends Exception> {

        /**
         * Returns the answer.
         *
         * @param start {@link System#nanoTime()} at which the request came
         */
        T on(ServedModel model, long start) throws DetectionException, E;
    }

    /**
     * Returns the answer of the work.
     *
     * @param name name of the model; null for the default
     * @param version version of the model; null for the one in service
     * @param answered hears the answer, before the listener hears that the request has ended
     */
    <T, E extends Exception> T receive(
            @Nullable String name, @Nullable Integer version, Work<T, E> work, Consumer<T> answered)
            throws DetectionException, E {
        long start = System.nanoTime();
        ServedModel model = null;
        Outcome outcome = Outcome.INFERENCE_FAILED;
        try {
            T answer;
            try (ModelLease lease = lease(name, version)) {
                model = lease.model();
                answer = work.on(model, start);
            }
            answered.accept(answer);
            outcome = Outcome.SUCCESS;
            return answer;
        } catch (Exception e) {
            if (e instanceof DetectionException reason) {
                outcome = reason.outcome();
                reason.told();
            } else if (e instanceof UnreceivedBodyException unreceived) {
                outcome = unreceived.reason().outcome();
                unreceived.reason().told();
            } else if (e instanceof IOException) {
                outcome = Outcome.CANCELLED; // the caller went away while it sent
            }
            throw e;
        } catch (OutOfMemoryError e) {
            // What the request held is free by now, so there is memory for this.
            log.error("A request was answered with 503, as the heap was too small for it: {}", e.getMessage());
            DetectionException reason = DetectionException.outOfMemory();
            outcome = reason.outcome();
            reason.told();
            throw reason;
        } finally {
            listener.ended(model, outcome, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /** Keeps a model open until the lease is closed. */
    ModelLease lease(@Nullable String name, @Nullable Integer version) throws DetectionException {
        try {
            return models.lease(name, version);
        } catch (ModelSelectionException e) {
            throw DetectionException.of(e);
        }
    }
}
