package io.draem.service.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that work on images. Models are scheduled round-robin, so that a flooded model does not delay
 * the others, and the clients of a model fairly, in the order of {@link FairQueue}. Additional threads are reserved for small
 * images, and large images get at most half of the others, at least one: a small image never waits until a larger one is
 * decoded. Work of a request whose deadline has passed or whose client has disconnected is dropped before it begins.
 *
 * <p>Starting and withdrawing work allocates nothing, so that no work is lost when the heap is full.
 */
public final class FairExecutor implements AutoCloseable {

    /** Images of up to this many pixels, Full HD included, are small: they occupy a thread for some milliseconds. */
    public static final int SMALL = 1 << 21;

    /** Images of more pixels are large: they occupy a thread for half a second and longer. */
    public static final int LARGE = 16_000_000;

    private static final long PAUSE_AFTER_FAILURE = TimeUnit.MILLISECONDS.toNanos(50);

    /** Models with waiting work, the one to be served next first. */
    private final List<ModelWork> waiting = new ArrayList<>();

    private final int mostNotSmall;
    private final int mostLarge;
    private int notSmall;
    private int large;
    private boolean closed;

    /**
     * Starts the threads.
     *
     * @param threads number of threads for images of any size; half as many, at least one, are started for small images only
     */
    public FairExecutor(int threads) {
        LockSupport.parkNanos(0); // returns at once; loading the class at the first failure could find no memory
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
     * Runs a task on one of the threads and waits for it. When this method returns or throws, the task has ended or will
     * never begin: its pixels are in memory while it runs.
     *
     * @param pixels number of pixels of the image, the measure of the task's cost
     * @throws InferenceException if the deadline passed or the request was cancelled before the task began, or the thread of
     *     the request was interrupted
     * @throws E from the task itself
     */
    public <T, E extends Exception> T call(String model, RequestContext context, int pixels, Task<T, E> task)
            throws InferenceException, E {
        ImageWork<T, E> work = new ImageWork<>(pixels, context, task);
        try {
            add(model, context.client(), work);
            RequestContext.End end = context.await(work);
            if (end != RequestContext.End.DONE && withdraw(work)) {
                throw end == RequestContext.End.CANCELLED
                        ? new InferenceException.Cancelled()
                        : new InferenceException.DeadlineExceeded();
            }
            context.awaitRegardless(work);
            return work.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InferenceException.ShuttingDown();
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

    /** The waiting work of one model. */
    static final class ModelWork {

        private final String model;
        private final FairQueue<ImageWork<?, ?>> requests = new FairQueue<>();

        private ModelWork(String model) {
            this.model = model;
        }
    }

    private synchronized void add(String model, String client, ImageWork<?, ?> work) {
        ModelWork queue = null;
        for (ModelWork other : waiting) {
            queue = other.model.equals(model) ? other : queue;
        }
        if (queue != null) {
            queue.requests.add(client, work);
        } else {
            queue = new ModelWork(model);
            queue.requests.add(client, work);
            waiting.add(queue);
        }
        work.queue = queue;
        notifyAll();
    }

    /** Withdraws work that has not begun; returns whether it never will. */
    private synchronized boolean withdraw(ImageWork<?, ?> work) {
        ModelWork queue = work.queue;
        if (queue != null) {
            work.queue = null;
            queue.requests.remove(work);
            if (queue.requests.isEmpty()) {
                waiting.remove(queue);
            }
        }
        return !work.begun;
    }

    /** Ends after {@link #close} only: a thread that ended otherwise would not be replaced. */
    private void work() {
        while (true) {
            try {
                ImageWork<?, ?> work = next();
                if (work == null) {
                    return;
                }
                try {
                    work.run();
                } finally {
                    Thread.interrupted(); // clears an interrupt that the work left behind
                    ended(work);
                }
            } catch (InterruptedException e) {
                // The interrupt comes from work that interrupted its own thread.
            } catch (RuntimeException | Error e) {
                // Most likely there was no memory to take the next work: each retry costs a garbage collection.
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE);
            }
        }
    }

    private synchronized void ended(ImageWork<?, ?> work) {
        if (!work.isSmall()) {
            notSmall--;
            large -= work.isLarge() ? 1 : 0;
            notifyAll();
        }
    }

    /** Takes the first work that may begin, of the next model in the order, which then becomes the last; null after close. */
    private synchronized @Nullable ImageWork<?, ?> next() throws InterruptedException {
        while (true) {
            for (ModelWork queue : waiting) {
                for (ImageWork<?, ?> work : queue.requests.inOrder()) {
                    if (mayBegin(work)) {
                        begin(work, queue);
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

    private boolean mayBegin(ImageWork<?, ?> work) {
        return work.isSmall() || (notSmall < mostNotSmall && (!work.isLarge() || large < mostLarge));
    }

    private void begin(ImageWork<?, ?> work, ModelWork queue) {
        queue.requests.serve(work);
        work.queue = null;
        work.begun = true;
        notSmall += work.isSmall() ? 0 : 1;
        large += work.isLarge() ? 1 : 0;
        waiting.remove(queue);
        if (!queue.requests.isEmpty()) {
            waiting.add(queue); // does not grow the list: the queue has just been removed from it
        }
    }
}
