package io.draem.service.detection;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that work on images. The models take turns, so that one that is flooded does not keep the others
 * waiting, and so do the clients of a model, in the order of {@link FairLine}. Small images have threads of their own beside
 * those for all images, and the largest get half of these at most: no image waits until a much larger one is decoded. Work
 * whose caller has become late or has gone is dropped before it begins.
 */
final class FairThreads implements AutoCloseable {

    /** Images of up to as many pixels, those of Full HD among them, are small: they keep a thread for some milliseconds. */
    static final int SMALL = 1 << 21;

    /** Images of more pixels are large: they keep a thread for half a second and longer. */
    static final int LARGE = 16_000_000;

    private static final long LOOK_AFTER_CALLER = TimeUnit.MILLISECONDS.toNanos(50);

    /** By model, in the order in which they take their turns; none of them is empty. */
    private final Map<String, FairLine<Work<?>>> waiting = new LinkedHashMap<>();

    private final int mostNotSmall;
    private final int mostLarge;
    private int notSmall;
    private int large;
    private boolean closed;

    /**
     * Starts the threads.
     *
     * @param threads how many work on images of any size; half as many, at least one, are started for small images beside
     */
    FairThreads(int threads) {
        this.mostNotSmall = threads;
        this.mostLarge = Math.max(1, threads / 2);
        for (int i = 0; i < threads + Math.max(1, threads / 2); i++) {
            Thread thread = new Thread(this::work, "images-" + i);
            thread.setDaemon(true);
            thread.start();
        }
    }

    /**
     * Does the work on one of the threads and waits for it.
     *
     * @param pixels pixels of the image, which the time for it grows with
     * @throws DetectionException from the work itself, or because the caller became late or has gone before it began
     */
    <T> T call(String model, Caller caller, int pixels, Callable<T> task) throws DetectionException {
        Work<T> work = new Work<>(model, pixels, caller, task);
        add(work, caller.client());
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
            throw DetectionException.interrupted(e);
        } catch (ExecutionException e) {
            throw unwrap(e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    private synchronized void add(Work<?> work, String client) {
        waiting.computeIfAbsent(work.model, model -> new FairLine<>()).add(client, Math.max(1, work.pixels), work);
        notifyAll();
    }

    private synchronized boolean withdraw(Work<?> work) {
        FairLine<Work<?>> works = waiting.get(work.model);
        if (works == null || !works.remove(work)) {
            return false;
        }
        if (works.isEmpty()) {
            waiting.remove(work.model);
        }
        return true;
    }

    /** Ends with {@link #close} alone: a thread that ended otherwise would be missed for ever. */
    private void work() {
        while (true) {
            try {
                Work<?> work = next();
                if (work == null) {
                    return;
                }
                try {
                    work.run();
                } finally {
                    ended(work);
                }
            } catch (InterruptedException | Error e) {
                // The work before has left the interrupt behind, or there was no memory to take the next.
            }
        }
    }

    private synchronized void ended(Work<?> work) {
        if (!work.isSmall()) {
            notSmall--;
            large -= work.isLarge() ? 1 : 0;
            notifyAll();
        }
    }

    /** Takes the first work that may begin of the model whose turn it is, which is then the last in turn; null at the end. */
    private synchronized @Nullable Work<?> next() throws InterruptedException {
        while (true) {
            for (Map.Entry<String, FairLine<Work<?>>> turn : waiting.entrySet()) {
                for (Work<?> work : turn.getValue().inOrder()) {
                    if (mayBegin(work)) {
                        begin(work, turn.getValue());
                        return work;
                    }
                }
            }
            if (closed && waiting.isEmpty()) {
                return null;
            }
            wait();
        }
    }

    private boolean mayBegin(Work<?> work) {
        return work.isSmall() || (notSmall < mostNotSmall && (!work.isLarge() || large < mostLarge));
    }

    private void begin(Work<?> work, FairLine<Work<?>> works) {
        notSmall += work.isSmall() ? 0 : 1;
        large += work.isLarge() ? 1 : 0;
        works.serve(work);
        waiting.remove(work.model);
        if (!works.isEmpty()) {
            waiting.put(work.model, works);
        }
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
        private final int pixels;

        Work(String model, int pixels, Caller caller, Callable<T> task) {
            super(() -> {
                if (caller.nanosLeft() <= 0) {
                    throw DetectionException.late(null);
                }
                return task.call();
            });
            this.model = model;
            this.pixels = pixels;
        }

        boolean isSmall() {
            return pixels <= SMALL;
        }

        boolean isLarge() {
            return pixels > LARGE;
        }
    }
}
