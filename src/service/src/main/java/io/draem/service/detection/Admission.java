package io.draem.service.detection;

import io.draem.service.inference.InferenceException;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ModelSelectionException;
import io.draem.service.models.ServedModel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests in before their bodies are read, as many and as large as there is room for, and refuses the others at
 * once. Half of the room is kept for the models in equal parts, so that one that is flooded leaves some to the others.
 * What was let in gets an answer, also during a shutdown.
 */
public final class Admission {

    private final ModelRepository models;
    private final DetectionListener listener;
    private final int maxRequests;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private final Map<String, Integer> byModel = new HashMap<>();
    private int requests;
    private long bytes;
    private boolean closed;

    /**
     * @param maxRequests most requests at a time
     * @param maxBytes most bytes of their bodies
     */
    Admission(ModelRepository models, DetectionListener listener, int maxRequests, long maxBytes) {
        this.models = models;
        this.listener = listener;
        this.maxRequests = maxRequests;
        this.maxBytes = maxBytes;
    }

    /** The leave to go on; closing gives the room back, once. */
    public interface Permit extends AutoCloseable {

        @Override
        void close();
    }

    /**
     * Lets a request in.
     *
     * @param model name of the model that it asks for; null for the default. One that is not served is let in: its
     *     request is refused where models are chosen
     * @param length most bytes that are read of its body
     * @throws DetectionException.Unavailable if there is no room, or the service shuts down
     */
    public Permit admit(@Nullable String model, long length) throws DetectionException {
        ServedModel served = find(model);
        String name = served == null ? "" : served.name();
        try {
            if (served != null) {
                served.requireRoom();
            }
            return enter(name, served, Math.min(maxBytes, length));
        } catch (InferenceException e) {
            throw refused(served, DetectionException.of(e));
        } catch (DetectionException e) {
            throw refused(served, e);
        }
    }

    /**
     * Counts more bytes for a request that is in, as for what its body unpacks to, until {@link #shrink}; tells whether
     * there was room.
     */
    public boolean tryGrow(long length) {
        lock.lock();
        try {
            boolean fits = bytes + length <= maxBytes;
            if (fits) {
                bytes += length;
            }
            return fits;
        } finally {
            lock.unlock();
        }
    }

    /** Gives back what {@link #tryGrow} has counted. */
    public void shrink(long length) {
        lock.lock();
        try {
            bytes -= length;
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing in from now on. */
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all that was let in has an answer; tells whether it has. */
    public boolean awaitAnswers(Duration limit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = limit.toNanos();
            while (requests > 0 && nanos > 0) {
                nanos = left.awaitNanos(nanos);
            }
            return requests == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many requests are in now. */
    public int requests() {
        lock.lock();
        try {
            return requests;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many bytes the bodies of these requests have. */
    public long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable ServedModel find(@Nullable String model) {
        try {
            return models.require(model, null);
        } catch (ModelSelectionException e) {
            return null;
        }
    }

    private Permit enter(String model, @Nullable ServedModel served, long length) throws DetectionException {
        lock.lock();
        try {
            if (closed) {
                throw DetectionException.shuttingDown();
            }
            if (requests + keptForOthers(model) >= maxRequests || bytes + length > maxBytes) {
                throw DetectionException.overloaded(served == null ? Duration.ofSeconds(1) : served.timeToDrain());
            }
            requests++;
            bytes += length;
            byModel.merge(model, 1, Integer::sum);
        } finally {
            lock.unlock();
        }
        AtomicBoolean in = new AtomicBoolean(true);
        return () -> {
            if (in.compareAndSet(true, false)) {
                leave(model, length);
            }
        };
    }

    private void leave(String model, long length) {
        lock.lock();
        try {
            requests--;
            bytes -= length;
            byModel.computeIfPresent(model, (name, count) -> count == 1 ? null : count - 1);
            left.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how much room the other models have not used of their parts. */
    private int keptForOthers(String model) {
        List<ServedModel> served = models.models();
        int part = maxRequests / 2 / Math.max(1, served.size());
        return served.stream()
                .filter(other -> !other.name().equals(model))
                .mapToInt(other -> Math.max(0, part - byModel.getOrDefault(other.name(), 0)))
                .sum();
    }

    private DetectionException refused(@Nullable ServedModel served, DetectionException reason) {
        listener.ended(served, reason.outcome(), Duration.ZERO);
        reason.told();
        return reason;
    }
}
