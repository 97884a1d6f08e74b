package io.draem.service.queue;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Work on one image that waits for a thread of a {@link FairExecutor} or runs on it. */
final class ImageWork<T, E extends Exception> extends FairQueue.Request implements RequestContext.Waiting {

    private final int pixels;
    private final FutureTask<T> result;

    /** Queue in which the work waits, null before and after; guarded by the executor, as the following. */
    FairExecutor.@Nullable ModelWork queue;

    boolean begun;

    ImageWork(int pixels, RequestContext context, FairExecutor.Task<T, E> task) {
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

    /** Runs the task, unless the deadline has passed; {@link #get} throws what it throws. */
    void run() {
        result.run();
    }

    @Override
    public boolean isDone() {
        return result.isDone();
    }

    /** Returns the result of the task, or throws its exception. */
    @SuppressWarnings("unchecked")
    T get() throws InferenceException, E, InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException e) {
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
            throw (E) Objects.requireNonNull(cause);
        }
    }

    boolean isSmall() {
        return pixels <= FairExecutor.SMALL;
    }

    boolean isLarge() {
        return pixels > FairExecutor.LARGE;
    }
}
