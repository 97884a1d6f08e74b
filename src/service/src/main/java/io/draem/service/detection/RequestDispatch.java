package io.draem.service.detection;

import io.draem.service.models.ModelLease;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.RequestContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds each request the model that it asks for, and reports its outcome to the listener once. */
final class RequestDispatch {

    private static final Logger log = LoggerFactory.getLogger(RequestDispatch.class);

    private final ModelRepository models;
    private final DetectionListener listener;

    RequestDispatch(ModelRepository models, DetectionListener listener) {
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
            @Nullable String name,
            @Nullable Integer version,
            RequestContext context,
            Work<T, E> work,
            Consumer<T> answered)
            throws DetectionException, E {
        long start = System.nanoTime();
        ModelLease lease;
        try {
            lease = lease(name, version);
        } catch (DetectionException e) {
            report(null, e.outcome(), start, context);
            throw e;
        }
        try (lease) {
            return receive(lease.model(), start, context, work, answered);
        }
    }

    /** Does the same with a model that is kept open meanwhile. */
    <T, E extends Exception> T receive(
            ServedModel model, long start, RequestContext context, Work<T, E> work, Consumer<T> answered)
            throws DetectionException, E {
        Outcome outcome = Outcome.INTERNAL_ERROR;
        try {
            T answer = work.on(model, start);
            if (context.isCancelled()) {
                throw DetectionException.cancelled(null);
            }
            answered.accept(answer);
            outcome = Outcome.SUCCESS;
            return answer;
        } catch (DetectionException e) {
            outcome = e.outcome();
            throw e;
        } catch (UnreceivedBodyException e) {
            outcome = e.reason().outcome();
            throw e;
        } catch (Exception e) {
            if (e instanceof IOException) {
                outcome = Outcome.CANCELLED; // the client went away while it sent
            }
            throw e;
        } catch (OutOfMemoryError e) {
            // What the request held is free by now, so there is memory for this.
            log.error("A request was answered with 503, as the heap was too small for it: {}", e.getMessage());
            DetectionException reason = DetectionException.outOfMemory();
            outcome = reason.outcome();
            throw reason;
        } finally {
            report(model, outcome, start, context);
        }
    }

    /** An answer counts as one only when the client has it. */
    private void report(@Nullable ServedModel model, Outcome outcome, long start, RequestContext context) {
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        context.reported();
        if (outcome == Outcome.SUCCESS) {
            context.whenCompleted(() -> {
                Outcome failure = context instanceof Outcome.OfResponse response ? response.failure() : null;
                listener.ended(model, Objects.requireNonNullElse(failure, outcome), took);
            });
        } else {
            listener.ended(model, outcome, took);
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
