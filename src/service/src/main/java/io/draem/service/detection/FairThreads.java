package io.draem.service.detection;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that work on images. The models take turns, so that one that is flooded does not keep the
 * others waiting; work whose caller has become late or has gone is dropped before it begins.
 */
final class FairThreads implements AutoCloseable {

    private static final long LOOK_AFTER_CALLER = TimeUnit.MILLISECONDS.toNanos(50);

    /** By model, in the order in which they take their turns; none of them is empty. */
    private final Map<String, Deque<Work<?>>> waiting = new LinkedHashMap<>();

    private boolean closed;

    FairThreads(int threads) {
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(this::work, "images-" + i);
            thread.setDaemon(true);
            thread.start();
        }
    }

    /**
     * Does the work on one of the threads and waits for it.
     *
     * @throws DetectionException from the work itself, or because the caller became late or has gone before it began
     */
    <T> T call(String model, Caller caller, Callable<T> task) throws DetectionException {
        Work<T> work = new Work<>(model, caller, task);
        add(work);
        try {
            while (true) {
                try {
                    return work.get(LOOK_AFTER_CALLER, TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    // What has begun is waited for: its pixels are in memory as long as it lasts.
                    if (caller.nanosLeft() <= 0 && withdraw(work)) {
                        throw DetectionException.late(e);
                    }
                    if (caller.isGone() && withdraw(work)) {
                        throw DetectionException.cancelled(e);
                    }
                }
            }
        } catch (InterruptedException e) {
            withdraw(work);
            Thread.currentThread().interrupt();
            throw DetectionException.cancelled(e);
        } catch (ExecutionException e) {
            throw unwrap(e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    private synchronized void add(Work<?> work) {
        waiting.computeIfAbsent(work.model, model -> new ArrayDeque<>()).add(work);
        notify();
    }

    private synchronized boolean withdraw(Work<?> work) {
        Deque<Work<?>> works = waiting.get(work.model);
        if (works == null || !works.remove(work)) {
            return false;
        }
        if (works.isEmpty()) {
            waiting.remove(work.model);
        }
        return true;
    }

    private void work() {
        try {
            for (Work<?> work = next(); work != null; work = next()) {
                work.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes the oldest work of the model whose turn it is, which is then the last in turn; null at the end. */
    private synchronized @Nullable Work<?> next() throws InterruptedException {
        while (waiting.isEmpty()) {
            if (closed) {
                return null;
            }
            wait();
        }
        Iterator<Deque<Work<?>>> turns = waiting.values().iterator();
        Deque<Work<?>> works = turns.next();
        turns.remove();
        Work<?> work = works.remove();
        if (!works.isEmpty()) {
            waiting.put(work.model, works);
        }
        return work;
    }

    private static DetectionException unwrap(ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof DetectionException detection) {
            return detection;
        }
        if (cause instanceof RuntimeException unexpected) {
            throw unexpected;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException(cause);
    }

    private static final class Work<T> extends FutureTask<T> {

        private final String model;

        Work(String model, Caller caller, Callable<T> task) {
            super(() -> {
                if (caller.nanosLeft() <= 0) {
                    throw DetectionException.late(null);
                }
                return task.call();
            });
            this.model = model;
        }
    }
}
