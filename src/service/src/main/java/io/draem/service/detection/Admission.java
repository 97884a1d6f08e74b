package io.draem.service.detection;

import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.InferenceException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Admits requests whose bodies have arrived, up to a limit, and rejects the rest immediately. Half of the slots is
 * reserved in equal shares per model and per active client, so that neither a flooded model nor a busy client starves the
 * others. Arriving bodies hold no slot; their bytes are limited by {@link BodyBudget}. What has begun to arrive before a
 * shutdown gets an answer.
 */
public final class Admission {

    /**
     * How long the responses to refused uploads may take: longer than the web server reads the rest of such a body, which
     * all threads may be busy with.
     */
    private static final Duration TO_REFUSE = Duration.ofSeconds(2);

    private final ModelRepository models;
    private final DetectionListener listener;
    private final int maxRequests;
    private final BodyBudget bodies;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private final SlotShares shares;
    private int requests;
    private int uploads;
    private boolean closed;

    /**
     * @param maxRequests most requests at a time
     * @param maxBytes most bytes of bodies, arriving ones included
     */
    Admission(ModelRepository models, DetectionListener listener, int maxRequests, long maxBytes) {
        this.models = models;
        this.listener = listener;
        this.maxRequests = maxRequests;
        this.bodies = new BodyBudget(maxBytes);
        this.shares = new SlotShares(maxRequests);
    }

    /** A slot; closing gives it back, once. */
    public interface Permit extends AutoCloseable {

        @Override
        void close();
    }

    /** The bytes of one body, counted as they arrive; closing gives them back, once. */
    public interface Upload extends AutoCloseable {

        /** Counts more bytes; returns whether they fit. */
        boolean grow(long more);

        /**
         * Ends the arrival with the size of the body: from now on its bytes are not taken for other uploads.
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
     * @param onRefusal called with the reason, on any thread, when the bytes that have arrived are needed for others, or
     *     a shutdown does not wait for the rest of them
     */
    public Upload receive(String client, Consumer<DetectionException> onRefusal) {
        return new BodyBudget.Upload(bodies, client, onRefusal, () -> {});
    }

    /**
     * Starts to count the body of a request that would get a slot now; it takes one when the body has arrived. A shutdown
     * that begins afterwards waits for its answer. Reports nothing to the listener.
     *
     * @param model name of the model that it asks for; null for the default
     * @param onRefusal called with the reason, on any thread, when the bytes that have arrived are needed for others, or
     *     a shutdown does not wait for the rest of them
     * @throws DetectionException.Unavailable if there is no slot, or the service shuts down
     */
    public Upload receive(@Nullable String model, String client, Consumer<DetectionException> onRefusal)
            throws DetectionException {
        ServedModel served = find(model);
        lock.lock();
        try {
            if (served != null) {
                served.requireCapacity();
            }
            requireSlot(served == null ? "" : served.name(), client, served, false);
            Upload upload = new BodyBudget.Upload(bodies, client, onRefusal, this::answered);
            uploads++;
            return upload;
        } catch (InferenceException e) {
            throw DetectionException.of(e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives a request a slot.
     *
     * @param model name of the model that it asks for; null for the default. A request for one that is not served is
     *     admitted and rejected where models are chosen
     * @param arrived whether its upload was {@linkplain #receive(String, String, Consumer) opened} for a slot; it is then
     *     admitted during a shutdown too, if there is a slot
     * @throws DetectionException.Unavailable if there is no slot, or the service shuts down
     */
    public Permit admit(@Nullable String model, String client, boolean arrived) throws DetectionException {
        ServedModel served = find(model);
        String name = served == null ? "" : served.name();
        try {
            if (served != null) {
                served.requireCapacity();
            }
            return enter(name, client, served, arrived);
        } catch (InferenceException e) {
            throw refused(served, DetectionException.of(e), Duration.ZERO);
        } catch (DetectionException e) {
            throw refused(served, e, Duration.ZERO);
        }
    }

    /**
     * Reports a request that was rejected before it asked for a slot.
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

    /** Gives back what {@link #tryGrow} has counted. */
    public void shrink(long length) {
        bodies.shrink(length);
    }

    /** Admits only what has begun to arrive. */
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until all that was admitted, or has begun to arrive before, has an answer. What still arrives at the end of
     * the limit is refused, and its answer waited for.
     *
     * @return whether all have an answer
     */
    public boolean awaitAnswers(Duration limit) throws InterruptedException {
        if (isAnswered(limit)) {
            return true;
        }
        bodies.refuseArriving(DetectionException.shuttingDown());
        return isAnswered(TO_REFUSE);
    }

    private boolean isAnswered(Duration limit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = limit.toNanos();
            while (requests + uploads > 0 && nanos > 0) {
                nanos = left.awaitNanos(nanos);
            }
            return requests + uploads == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many requests have no answer yet, those whose bodies arrive included. */
    public int requests() {
        lock.lock();
        try {
            return Math.max(requests, uploads);
        } finally {
            lock.unlock();
        }
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

    private Permit enter(String model, String client, @Nullable ServedModel served, boolean arrived)
            throws DetectionException {
        lock.lock();
        try {
            requireSlot(model, client, served, arrived);
            requests++;
            shares.taken(model, client);
        } finally {
            lock.unlock();
        }
        AtomicBoolean in = new AtomicBoolean(true);
        return () -> {
            if (in.compareAndSet(true, false)) {
                leave(model, client);
            }
        };
    }

    private void requireSlot(String model, String client, @Nullable ServedModel served, boolean arrived)
            throws DetectionException {
        if (closed && !arrived) {
            throw DetectionException.shuttingDown();
        }
        if (requests + shares.reservedForOthers(models.models(), model, client) >= maxRequests) {
            throw DetectionException.overloaded(served == null ? Duration.ofSeconds(1) : served.timeToDrain());
        }
    }

    private void leave(String model, String client) {
        lock.lock();
        try {
            requests--;
            shares.returned(model, client);
            left.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void answered() {
        lock.lock();
        try {
            uploads--;
            left.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private DetectionException refused(@Nullable ServedModel served, DetectionException reason, Duration took) {
        listener.ended(served, reason.outcome(), took);
        reason.told();
        return reason;
    }
}
