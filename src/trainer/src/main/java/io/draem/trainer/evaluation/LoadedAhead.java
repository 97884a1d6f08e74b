package io.draem.trainer.evaluation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Loads the images of a set in order. Of images that are cut into tiles, which take long to decode, the next one is loaded
 * on another thread while the model runs on the last.
 */
final class LoadedAhead implements AutoCloseable {

    private final EvaluationSet set;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(LoadedAhead::daemon);
    private @Nullable Future<EvaluationImage> next;

    LoadedAhead(EvaluationSet set) {
        this.set = set;
    }

    /** Returns the image after the one that was loaded last. */
    EvaluationImage load(int index) throws IOException {
        try {
            EvaluationImage image = next == null ? set.load(index) : loaded(next);
            boolean ahead = image.frame().plan().tiled() && index + 1 < set.size();
            next = ahead ? thread.submit(() -> set.load(index + 1)) : null;
            return image;
        } catch (UncheckedIOException e) { // of a frame that is read where no checked exception is allowed
            throw e.getCause();
        }
    }

    private static EvaluationImage loaded(Future<EvaluationImage> image) throws IOException {
        try {
            return image.get();
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nothing interrupts an evaluation", e);
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
