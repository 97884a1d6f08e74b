package io.draem.service.detection;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Limits the bytes of request bodies in memory, counted when memory is taken for them: before all of it is
 * filled, at most eight times what has arrived. A client alone may use all of it. At the limit,
 * the largest arriving upload of the client that holds most is evicted, so that no client is refused because another
 * one holds more.
 */
final class BodyBudget {

    private final long maxBytes;
    private final Map<String, Long> byClient = new HashMap<>();
    private final Set<Upload> arriving = new LinkedHashSet<>();
    private long bytes;

    /**
     * @param maxBytes most bytes at a time
     */
    BodyBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized void opened(Upload upload) {
        arriving.add(upload);
    }

    /** Ends the time in which an upload may be evicted, unless it was, and corrects the bytes that it holds. */
    synchronized boolean completed(Upload upload, long size) {
        arriving.remove(upload);
        if (!upload.evicted) {
            change(upload, size - upload.bytes);
        }
        return !upload.evicted;
    }

    synchronized void closed(Upload upload) {
        arriving.remove(upload);
        change(upload, -upload.bytes);
    }

    /**
     * Counts more bytes of an upload, or of what a body unpacks to.
     *
     * @param upload null where no upload is known
     * @return whether they fit, after other uploads were evicted if necessary
     */
    boolean grow(@Nullable Upload upload, long more) {
        List<Upload> evicted = new ArrayList<>();
        boolean fits = grow(upload, more, evicted);
        // Outside of the lock, since it calls code of other classes.
        evicted.forEach(victim -> victim.refuse(DetectionException.bodiesTakeAll()));
        return fits;
    }

    private synchronized boolean grow(@Nullable Upload upload, long more, List<Upload> evicted) {
        if (upload != null && upload.evicted) {
            return false;
        }
        while (bytes + more > maxBytes) {
            Upload victim = victim(upload, more);
            if (victim == null) {
                return false;
            }
            victim.evicted = true;
            closed(victim);
            evicted.add(victim);
        }
        if (upload == null) {
            bytes += more;
        } else {
            change(upload, more);
        }
        return true;
    }

    /** Counts bytes that nobody waits for, if half of all stay free; evicts nothing for them. Returns whether they fit. */
    synchronized boolean keep(long more) {
        boolean fits = bytes + more <= maxBytes / 2;
        bytes += fits ? more : 0;
        return fits;
    }

    /** Refuses all uploads that still arrive. */
    void refuseArriving(DetectionException reason) {
        List<Upload> refused;
        synchronized (this) {
            refused = List.copyOf(arriving);
        }
        refused.forEach(upload -> upload.refuse(reason));
    }

    /** Returns bytes that were counted without an upload. */
    synchronized void shrink(long less) {
        bytes -= less;
    }

    /** Returns the largest upload of the client that holds most, unless this client or upload holds as much. */
    private @Nullable Upload victim(@Nullable Upload upload, long more) {
        Upload largest = arriving.stream()
                .filter(other -> other != upload)
                .max(Comparator.comparingLong((Upload other) -> held(other.client))
                        .thenComparingLong(other -> other.bytes))
                .orElse(null);
        if (largest == null) {
            return null;
        }
        if (upload == null) {
            return held(largest.client) > more ? largest : null;
        }
        if (largest.client.equals(upload.client)) {
            return largest.bytes > upload.bytes + more ? largest : null;
        }
        return held(largest.client) > held(upload.client) + more ? largest : null;
    }

    private long held(String client) {
        return byClient.getOrDefault(client, 0L);
    }

    private void change(Upload upload, long more) {
        if (more == 0) {
            return;
        }
        upload.bytes += more;
        bytes += more;
        byClient.merge(upload.client, more, (held, change) -> held + change == 0 ? null : held + change);
    }

    /** The body of one request. */
    static final class Upload implements Admission.Upload {

        private final BodyBudget budget;
        private final String client;
        private final Consumer<DetectionException> onRefusal;
        private final Runnable onClose;
        private long bytes;
        private boolean evicted;
        private final AtomicBoolean closed = new AtomicBoolean();

        /**
         * @param onRefusal called with the reason, on any thread, when the bytes of this upload are needed for others,
         *     or the service does not wait for the rest of them
         * @param onClose called once
         */
        Upload(BodyBudget budget, String client, Consumer<DetectionException> onRefusal, Runnable onClose) {
            this.budget = budget;
            this.client = client;
            this.onRefusal = onRefusal;
            this.onClose = onClose;
            budget.opened(this);
        }

        @Override
        public boolean grow(long more) {
            return budget.grow(this, more);
        }

        @Override
        public boolean complete(long size) {
            return budget.completed(this, size);
        }

        private void refuse(DetectionException reason) {
            onRefusal.accept(reason);
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                budget.closed(this);
                onClose.run();
            }
        }
    }
}
