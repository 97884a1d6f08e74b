package io.draem.service.detection;

import io.draem.service.models.ServedModel;
import io.draem.service.queue.InferenceException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The slots of {@link Admission}, and the uploads that will need one. Half of the slots is reserved in equal shares for
 * the models, and also in equal shares for the clients that have asked for a slot lately.
 */
final class Slots {

    /** How long after its last request a client keeps its share. */
    private static final long ACTIVE = Duration.ofSeconds(10).toNanos();

    private final int maxRequests;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Map<String, Integer> byModel = new HashMap<>();
    private final Map<String, Integer> byClient = new HashMap<>();

    /** When each client asked for a slot last, the oldest first. */
    private final Map<String, Long> active = new LinkedHashMap<>(16, 0.75f, true);

    private int requests;
    private int uploads;
    private boolean closed;

    Slots(int maxRequests) {
        this.maxRequests = maxRequests;
    }

    /**
     * Takes a slot.
     *
     * @param all the models that share the slots
     * @param served the model that the request asks for; null if it is not served
     * @param received whether the body was received for a slot before the service shut down
     * @throws DetectionException.Unavailable if there is no slot, or the service shuts down
     */
    Admission.Permit take(List<ServedModel> all, @Nullable ServedModel served, String client, boolean received)
            throws DetectionException {
        String model = name(served);
        lock.lock();
        try {
            require(all, served, client, received);
            requests++;
            byModel.merge(model, 1, Integer::sum);
            byClient.merge(client, 1, Integer::sum);
        } finally {
            lock.unlock();
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                giveBack(model, client);
            }
        };
    }

    /**
     * Counts an upload until {@link #endUpload}, if its request would get a slot now.
     *
     * @param upload begins it
     * @throws DetectionException.Unavailable if there is no slot, or the service shuts down
     */
    <T> T beginUpload(List<ServedModel> all, @Nullable ServedModel served, String client, Supplier<T> upload)
            throws DetectionException {
        lock.lock();
        try {
            require(all, served, client, false);
            T begun = upload.get();
            uploads++;
            return begun;
        } finally {
            lock.unlock();
        }
    }

    /** Does the same for a request whose model is not known yet: it is refused where all slots are taken. */
    <T> T beginUpload(Supplier<T> upload) throws DetectionException {
        lock.lock();
        try {
            if (closed) {
                throw DetectionException.shuttingDown();
            }
            if (requests >= maxRequests) {
                throw DetectionException.overloaded(Duration.ofSeconds(1));
            }
            T begun = upload.get();
            uploads++;
            return begun;
        } finally {
            lock.unlock();
        }
    }

    void endUpload() {
        lock.lock();
        try {
            uploads--;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** From now on a slot is taken only for a body that was received. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there are neither requests nor uploads; returns whether there are none. */
    boolean awaitEnd(Duration limit) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = limit.toNanos();
            while (requests + uploads > 0 && nanos > 0) {
                nanos = ended.awaitNanos(nanos);
            }
            return requests + uploads == 0;
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many requests have no response yet, those whose bodies arrive included. */
    int requests() {
        lock.lock();
        try {
            return Math.max(requests, uploads);
        } finally {
            lock.unlock();
        }
    }

    private void require(List<ServedModel> all, @Nullable ServedModel served, String client, boolean received)
            throws DetectionException {
        try {
            if (served != null) {
                served.requireCapacity();
            }
        } catch (InferenceException.Overloaded e) {
            throw DetectionException.of(e);
        }
        if (closed && !received) {
            throw DetectionException.shuttingDown();
        }
        int reserved = Math.max(reservedForOtherModels(all, name(served)), reservedForOtherClients(client));
        if (requests + reserved >= maxRequests) {
            throw DetectionException.overloaded(served == null ? Duration.ofSeconds(1) : served.timeToDrain());
        }
    }

    private static String name(@Nullable ServedModel served) {
        return served == null ? "" : served.name();
    }

    private void giveBack(String model, String client) {
        lock.lock();
        try {
            requests--;
            decrement(byModel, model);
            decrement(byClient, client);
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static void decrement(Map<String, Integer> counts, String name) {
        counts.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1);
    }

    /** Returns how many slots of their shares the other models do not use. */
    private int reservedForOtherModels(List<ServedModel> all, String model) {
        int share = maxRequests / 2 / Math.max(1, all.size());
        return all.stream()
                .filter(other -> !other.name().equals(model))
                .mapToInt(other -> Math.max(0, share - byModel.getOrDefault(other.name(), 0)))
                .sum();
    }

    /** Returns how many slots of their shares the other active clients do not use; a client alone may use all slots. */
    private int reservedForOtherClients(String client) {
        long now = System.nanoTime();
        active.put(client, now);
        Iterator<Long> oldest = active.values().iterator();
        while (now - oldest.next() > ACTIVE) {
            oldest.remove();
        }
        int share = maxRequests / 2 / active.size();
        if (share == 0) {
            return 0;
        }
        return active.keySet().stream()
                .filter(other -> !other.equals(client))
                .mapToInt(other -> Math.max(0, share - byClient.getOrDefault(other, 0)))
                .sum();
    }
}
