package io.draem.trainer.data;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that read and prepare images: named, and none of them keeps the process alive. */
public final class DataThreads {

    private DataThreads() {}

    /**
     * Returns threads that start when there is work for them.
     *
     * @param threads how many at most
     * @param name prefix of their names
     */
    public static ExecutorService start(int threads, String name) {
        AtomicInteger started = new AtomicInteger();
        return Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, name + "-" + started.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Waits for what a task returns.
     *
     * @throws IOException if the task threw it
     */
    public static <T> T result(Future<T> task) throws IOException {
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while it waited for an image", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw unchecked(e);
        }
    }

    /** Returns what a task threw, for a task that throws nothing checked. */
    static RuntimeException unchecked(ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException exception ? exception : new IllegalStateException(cause);
    }
}
