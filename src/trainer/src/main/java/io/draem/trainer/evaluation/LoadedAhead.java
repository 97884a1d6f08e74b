package io.draem.trainer.evaluation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Loads images in order. After one that is cut into tiles, which take long to decode, the next one is loaded on another
 * thread while the model runs.
 */
public final class LoadedAhead<T> implements AutoCloseable {

    private final int size;
    private final Loader<T> loader;
    private final Predicate<T> early;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(LoadedAhead::daemon);
    private @Nullable Future<T> next;

    /** Loads the image of an index. */
    @FunctionalInterface
    public interface Loader<T> {

        /** Throws {@link IOException} if the image cannot be read. */
        T load(int index) throws IOException;
    }

    /**
     * @param size number of images
     * @param early whether the image after this one is loaded early
     */
    public LoadedAhead(int size, Loader<T> loader, Predicate<T> early) {
        this.size = size;
        this.loader = loader;
        this.early = early;
    }

    /**
     * Returns the image after the one that was loaded last.
     *
     * @throws IOException if it cannot be read; the one after it can be loaded nevertheless
     */
    public T load(int index) throws IOException {
        Future<T> ahead = next;
        next = null;
        try {
            T image = ahead == null ? loader.load(index) : loaded(ahead);
            next = early.test(image) && index + 1 < size ? thread.submit(() -> loader.load(index + 1)) : null;
            return image;
        } catch (UncheckedIOException e) { // of a frame that is read where no checked exception is allowed
            throw e.getCause();
        }
    }

    private static <T> T loaded(Future<T> image) throws IOException {
        try {
            return image.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while an image was loaded", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IOException unreadable) {
                throw unreadable;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw cause instanceof RuntimeException exception ? exception : new IllegalStateException(cause);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "draem-frames");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        thread.shutdown(); // not interrupted, which would close the files that it reads
    }
}
