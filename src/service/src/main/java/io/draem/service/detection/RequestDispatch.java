package io.draem.service.detection;

import io.draem.service.models.ModelLease;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.Routing;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.RequestContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Resolves the model of each request and reports its outcome to the listener exactly once. */
final class RequestDispatch {

    private static final Logger log = LoggerFactory.getLogger(RequestDispatch.class);

    private final ModelRepository models;
    private final DetectionListener listener;

    RequestDispatch(ModelRepository models, DetectionListener listener) {
        this.models = models;
        this.listener = listener;
    }

    /** What is done for a request while its model stays open. */
    @FunctionalInterface
    interface Work<T, E extends Exception> {

        /**
         * Returns the result.
         *
         * @param start {@link System#nanoTime()} at which the request began
         */
        T on(ServedModel model, long start) throws DetectionException, E;
    }

    /**
     * Returns the result of the work.
     *
     * @param name name of the model; null for the default
     * @param version version of the model; null for the one in service, or its candidate
     * @param fits returns whether a candidate takes the request as the version in service does
     * @param onResult takes the result, before the listener is informed that the request has ended
     */
    <T, E extends Exception> T dispatch(
            @Nullable String name,
            @Nullable Integer version,
            RequestContext context,
            BiPredicate<ServedModel, ServedModel> fits,
            Work<T, E> work,
            Consumer<T> onResult)
            throws DetectionException, E {
        long start = System.nanoTime();
        ModelLease lease;
        try {
            lease = lease(name, version, context, fits);
        } catch (DetectionException e) {
            report(null, e.outcome(), start, context);
            throw e;
        }
        try (lease) {
            return dispatch(lease.model(), start, context, work, onResult);
        }
    }

    /** Does the same with a model that the caller keeps open. */
    <T, E extends Exception> T dispatch(
            ServedModel model, long start, RequestContext context, Work<T, E> work, Consumer<T> onResult)
            throws DetectionException, E {
        Outcome outcome = Outcome.INTERNAL_ERROR;
        try {
            T result = work.on(model, start);
            if (context.isCancelled()) {
                throw DetectionException.cancelled(null);
            }
            onResult.accept(result);
            outcome = Outcome.SUCCESS;
            return result;
        } catch (DetectionException e) {
            outcome = e.outcome();
            throw e;
        } catch (UnreceivedBodyException e) {
            outcome = e.reason().outcome();
            throw e;
        } catch (Exception e) {
            if (e instanceof IOException) {
                outcome = Outcome.CANCELLED; // the client closed the connection while it sent
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

    /** A request has succeeded only when the client has the response. */
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

    /**
     * Returns a lease that keeps the model of a request open until it is closed.
     *
     * @param fits returns whether a candidate takes the request as the version in service does
     */
    ModelLease lease(
            @Nullable String name,
            @Nullable Integer version,
            RequestContext context,
            BiPredicate<ServedModel, ServedModel> fits)
            throws DetectionException {
        try {
            return models.lease(name, version, new Routing(context.routingKey(), fits));
        } catch (ModelSelectionException e) {
            throw DetectionException.of(e);
        }
    }
}
