package io.draem.service.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that work on images. The models take turns, so that one that is flooded does not keep the others
 * waiting, and so do the clients of a model, in the order of {@link FairQueue}. Small images have threads of their own beside
 * those for all images, and the largest get half of these at most, but one at least: a small image never waits until a
 * larger one is decoded. Work of a request whose deadline has passed or whose
 * client has gone is dropped before it begins.
 *
 * <p>Work begins and is taken out without any allocation, so that none is lost when the heap is full.
 */
public final class FairExecutor implements AutoCloseable {

    /** Images of up to as many pixels, those of Full HD among them, are small: they keep a thread for some milliseconds. */
    public static final int SMALL = 1 << 21;

    /** Images of more pixels are large: they keep a thread for half a second and longer. */
    public static final int LARGE = 16_000_000;

    private static final long PAUSE_AFTER_FAILURE = TimeUnit.MILLISECONDS.toNanos(50);

    /** In the order in which the models take their turns; each of them has work that waits. */
    private final List<ModelLine> waiting = new ArrayList<>();

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
    public FairExecutor(int threads) {
        this.mostNotSmall = threads;
        this.mostLarge = Math.max(1, threads / 2);
        for (int i = 0; i < threads + Math.max(1, threads / 2); i++) {
            Thread thread = new Thread(this::work, "images-" + i);
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Work on an image. */
    @FunctionalInterface
    public interface Task<T, E extends Exception> {

        T run() throws E;
    }

    /**
     * Runs a task on one of the threads and waits for it. However this ends, the task has ended too or never begins: its
     * pixels are in memory as long as it lasts.
     *
     * @param pixels pixels of the image, which its time grows with
     * @throws InferenceException if the deadline passed or the request was cancelled before the task began, or the thread of
     *     the request was interrupted
     * @throws E from the task itself
     */
    public <T, E extends Exception> T call(String model, RequestContext context, int pixels, Task<T, E> task)
            throws InferenceException, E {
        Work<T> work = new Work<>(pixels, context, task);
        try {
            add(model, context.client(), work);
            RequestContext.End end = context.await(work);
            if (end != RequestContext.End.DONE && withdraw(work)) {
                throw end == RequestContext.End.CANCELLED
                        ? new InferenceException.Cancelled()
                        : new InferenceException.DeadlineExceeded();
            }
            context.awaitRegardless(work);
            return work.result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InferenceException.ShuttingDown();
        } catch (ExecutionException e) {
            throw FairExecutor.<E>unwrap(e);
        } finally {
            if (!withdraw(work)) {
                context.awaitRegardless(work);
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    private synchronized void add(String model, String client, Work<?> work) {
        ModelLine line = null;
        for (ModelLine other : waiting) {
            line = other.model.equals(model) ? other : line;
        }
        if (line != null) {
            line.works.add(client, work);
        } else {
            line = new ModelLine(model);
            line.works.add(client, work);
            waiting.add(line);
        }
        work.line = line;
        notifyAll();
    }

    /** Takes work out that has not begun; returns whether it never will. */
    private synchronized boolean withdraw(Work<?> work) {
        ModelLine line = work.line;
        if (line != null) {
            work.line = null;
            line.works.remove(work);
            if (line.works.isEmpty()) {
                waiting.remove(line);
            }
        }
        return !work.begun;
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
                    work.result.run();
                } finally {
                    Thread.interrupted(); // which the work may have left behind
                    ended(work);
                }
            } catch (InterruptedException e) {
                // By work that interrupted its thread.
            } catch (RuntimeException | Error e) {
                // There was no memory to take the next, most likely: each further attempt costs a garbage collection.
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE);
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
            for (ModelLine line : waiting) {
                for (Work<?> work : line.works.inOrder()) {
                    if (mayBegin(work)) {
                        begin(work, line);
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

    private void begin(Work<?> work, ModelLine line) {
        line.works.serve(work);
        work.line = null;
        work.begun = true;
        notSmall += work.isSmall() ? 0 : 1;
        large += work.isLarge() ? 1 : 0;
        waiting.remove(line);
        if (!line.works.isEmpty()) {
            waiting.add(line); // which does not grow: it has just been taken out
        }
    }

    /** Returns what a task of this exception type has thrown. */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> E unwrap(ExecutionException e) throws InferenceException {
        Throwable cause = e.getCause();
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof RuntimeException unexpected) {
            throw unexpected;
        }
        if (cause instanceof InferenceException late) {
            throw late;
        }
        return (E) Objects.requireNonNull(cause);
    }

    /** What waits for a model. */
    private static final class ModelLine {

        private final String model;
        private final FairQueue<Work<?>> works = new FairQueue<>();

        ModelLine(String model) {
            this.model = model;
        }
    }

    private static final class Work<T> extends FairQueue.Request implements RequestContext.Waiting {

        private final int pixels;
        private final FutureTask<T> result;
        /** Where it waits; null before and after. */
        private @Nullable ModelLine line;

        private boolean begun;

        Work(int pixels, RequestContext context, Task<T, ?> task) {
            super(Math.max(1, pixels));
            this.pixels = pixels;
            Callable<T> unlessLate = () -> {
                if (context.nanosLeft() <= 0) {
                    throw new InferenceException.DeadlineExceeded();
                }
                return task.run();
            };
            this.result = new FutureTask<>(unlessLate) {
                @Override
                protected void done() {
                    context.wake();
                }
            };
        }

        @Override
        public boolean isDone() {
            return result.isDone();
        }

        boolean isSmall() {
            return pixels <= SMALL;
        }

        boolean isLarge() {
            return pixels > LARGE;
        }
    }
}
