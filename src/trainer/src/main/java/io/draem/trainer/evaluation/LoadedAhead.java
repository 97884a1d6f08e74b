package io.draem.trainer.evaluation;

import io.draem.trainer.data.DataThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.ToIntFunction;

/** Loads images in order, the next ones on other threads while the model runs. */
public final class LoadedAhead<T> implements AutoCloseable {

    private final int size;
    private final Loader<T> loader;
    private final ToIntFunction<T> ahead;
    private final ExecutorService threads;
    private final Deque<Future<T>> next = new ArrayDeque<>();

    /** Loads the image of an index. */
    @FunctionalInterface
    public interface Loader<T> {

        /** Throws {@link IOException} if the image cannot be read. */
        T load(int index) throws IOException;
    }

    /**
     * @param size number of images
     * @param threads that load; with several of them they begin with the images in order, and may end in another one
     * @param ahead how many images after this one may be loading or loaded already, from 0
     */
    public LoadedAhead(int size, int threads, Loader<T> loader, ToIntFunction<T> ahead) {
        this.size = size;
        this.loader = loader;
        this.ahead = ahead;
        this.threads = DataThreads.start(threads, "draem-frames");
    }

    /**
     * Returns the image after the one that was loaded last.
     *
     * @throws IOException if it cannot be read; the one after it can be loaded nevertheless
     */
    public T load(int index) throws IOException {
        Future<T> begun = next.poll();
        try {
            T image = begun == null ? loader.load(index) : DataThreads.result(begun);
            int wanted = Math.min(ahead.applyAsInt(image), size - 1 - index);
            while (next.size() < wanted) {
                int following = index + 1 + next.size();
                next.add(threads.submit(() -> loader.load(following)));
            }
            return image;
        } catch (UncheckedIOException e) { // of a frame that is read where no checked exception is allowed
            throw e.getCause();
        }
    }

    /** Loads nothing that has not begun. */
    @Override
    public void close() {
        next.forEach(image -> image.cancel(false)); // not interrupted, which would close the files that it reads
        threads.shutdown();
    }
}
