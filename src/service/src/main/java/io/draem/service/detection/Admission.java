package io.draem.service.detection;

import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.ServedModel;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Admits requests whose bodies have arrived, up to a limit, and rejects the rest immediately. Half of the slots is
 * reserved in equal shares per model and per active client, so that neither a flooded model nor a busy client starves
 * the others. Arriving bodies hold no slot; their bytes are limited by {@link BodyBudget}. What has begun to arrive
 * before a shutdown gets a response.
 */
public final class Admission {

    /**
     * How long the responses to refused uploads may take.
     */
    private static final Duration TO_REFUSE = Duration.ofSeconds(2);

    private final ModelRepository models;
    private final DetectionListener listener;
    private final Slots slots;
    private final BodyBudget bodies;

    /**
     * @param maxRequests most requests at a time
     * @param maxBytes most bytes of bodies, arriving ones included
     */
    Admission(ModelRepository models, DetectionListener listener, int maxRequests, long maxBytes) {
        this.models = models;
        this.listener = listener;
        this.slots = new Slots(maxRequests);
        this.bodies = new BodyBudget(maxBytes);
    }

    /** A slot; closing gives it back, once. */
    public interface Permit extends AutoCloseable {

        @Override
        void close();
    }

    /** The bytes of one body, counted when memory is taken for them; closing gives them back, once. */
    public interface Upload extends AutoCloseable {

        /** Counts more bytes; returns whether they fit. */
        boolean grow(long more);

        /**
         * Ends the upload with the size of the body: from now on its bytes are not taken for other uploads.
         *
         * @return whether they have not been taken before
         */
        boolean complete(long size);

        @Override
        void close();
    }

    /**
     * Starts to count the body of a request that needs no slot. A shutdown does not wait for it.
     *
     * @param onRefusal called with the reason, on any thread, when the bytes that have arrived are needed for others,
     *     or a shutdown does not wait for the rest of them
     */
    public Upload receive(String client, Consumer<DetectionException> onRefusal) {
        return new BodyBudget.Upload(bodies, client, onRefusal, () -> {});
    }

    /**
     * Starts to count the body of a request that would get a slot now; it takes one when the body has arrived. A
     * shutdown that begins afterwards waits for its response. Reports nothing to the listener.
     *
     * @param model name of the model that it asks for; null for the default
     * @param onRefusal called with the reason, on any thread, when the bytes that have arrived are needed for others,
     *     or a shutdown does not wait for the rest of them
     * @throws DetectionException.Unavailable if there is no slot, or the service shuts down
     */
    public Upload receive(@Nullable String model, String client, Consumer<DetectionException> onRefusal)
            throws DetectionException {
        return slots.beginUpload(
                models.models(),
                find(model),
                client,
                () -> new BodyBudget.Upload(bodies, client, onRefusal, slots::endUpload));
    }

    /**
     * Does the same for a request whose model is in its body: while that arrives, neither the capacity of a model nor its
     * share is looked at.
     */
    public Upload receiveForAnyModel(String client, Consumer<DetectionException> onRefusal) throws DetectionException {
        return slots.beginUpload(() -> new BodyBudget.Upload(bodies, client, onRefusal, slots::endUpload));
    }

    /**
     * Gives a request a slot.
     *
     * @param model name of the model that it asks for; null for the default. A request for one that is not served is
     *     admitted and rejected where models are chosen
     * @param received whether its upload was {@linkplain #receive(String, String, Consumer) opened} for a slot; it is
     *     then admitted during a shutdown too, if there is a slot
     * @throws DetectionException.Unavailable if there is no slot, or the service shuts down
     */
    public Permit admit(@Nullable String model, String client, boolean received) throws DetectionException {
        ServedModel served = find(model);
        try {
            return slots.take(models.models(), served, client, received);
        } catch (DetectionException e) {
            throw refused(served, e, Duration.ZERO);
        }
    }

    /**
     * Reports a request that was rejected before it requested a slot.
     *
     * @return the reason
     */
    public DetectionException refuse(@Nullable String model, DetectionException reason, Duration took) {
        return refused(find(model), reason, took);
    }

    /** Counts bytes that a body unpacks to, until {@link #shrink}; returns whether they fit. */
    public boolean tryGrow(long length) {
        return bodies.grow(null, length);
    }

    /**
     * Counts bytes that nobody waits for, until {@link #shrink}, if half of the bytes of bodies stay free; no body is refused
     * for them. Returns whether they fit.
     */
    public boolean tryKeep(long length) {
        return bodies.keep(length);
    }

    /** Gives back what {@link #tryGrow} or {@link #tryKeep} has counted. */
    public void shrink(long length) {
        bodies.shrink(length);
    }

    /** Admits only what has begun to arrive. */
    public void close() {
        slots.close();
    }

    /**
     * Waits until all that was admitted, or has begun to arrive before, has a response. What still arrives at the end
     * of the limit is refused, and its response waited for.
     *
     * @return whether all have a response
     */
    public boolean awaitAnswers(Duration limit) throws InterruptedException {
        if (slots.awaitEnd(limit)) {
            return true;
        }
        bodies.refuseArriving(DetectionException.shuttingDown());
        return slots.awaitEnd(TO_REFUSE);
    }

    /** Returns how many requests have no response yet, those whose bodies arrive included. */
    public int requests() {
        return slots.requests();
    }

    /** Returns how many bytes the bodies of all requests have now, arriving ones included. */
    public long bytes() {
        return bodies.bytes();
    }

    private @Nullable ServedModel find(@Nullable String model) {
        try {
            return models.require(model, null);
        } catch (ModelSelectionException e) {
            return null;
        }
    }

    private DetectionException refused(@Nullable ServedModel served, DetectionException reason, Duration took) {
        listener.ended(served, reason.outcome(), took);
        reason.reported();
        return reason;
    }
}
