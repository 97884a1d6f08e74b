package io.draem.service.models;

import io.draem.text.EscapedFailure;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the model directory again and again. Polling, since network volumes and Kubernetes' links tell no events. */
final class ModelWatcher implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ModelWatcher.class);

    private final ModelUpdater updater;
    private final Duration interval;
    private final Duration closeLimit;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(ModelWatcher::thread);
    /** A look may hang, and so may the load of one model's version: neither delays the others. */
    private final ExecutorService failingOver = Executors.newCachedThreadPool(ModelWatcher::thread);

    /**
     * @param interval between two looks; zero for never
     * @param closeLimit how long a load that is under way may take to end on close
     */
    ModelWatcher(ModelUpdater updater, Duration interval, Duration closeLimit) {
        this.updater = updater;
        this.interval = interval;
        this.closeLimit = closeLimit;
    }

    /** Starts to look; a version that fails is replaced immediately, also where the directory is never looked at. */
    void start() {
        updater.whenFailing(this::failOver);
        if (!interval.isZero()) {
            executor.scheduleWithFixedDelay(
                    this::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Ends the watch; a load that is under way is waited for, since it may be inside native code. */
    @Override
    public void close() {
        executor.shutdown();
        failingOver.shutdown();
        long end = System.nanoTime() + closeLimit.toNanos();
        try {
            if (!executor.awaitTermination(closeLimit.toNanos(), TimeUnit.NANOSECONDS)
                    || !failingOver.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                log.error("A model was still being loaded after {}", closeLimit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "model-watcher");
        thread.setDaemon(true);
        return thread;
    }

    private void failOver(ServedModel model) {
        try {
            failingOver.execute(() -> {
                try {
                    updater.failOver(model);
                } catch (RuntimeException | Error e) {
                    log.error("Model {} fails and could not fail over to another version", model, EscapedFailure.of(e));
                }
            });
        } catch (RejectedExecutionException e) {
            log.info("Model {} fails while the service ends", model);
        }
    }

    private void look() {
        try {
            updater.poll();
        } catch (RuntimeException | Error e) { // an executor would silently look no more
            log.error(
                    "The model directory could not be looked at; the next look is in {}",
                    interval,
                    EscapedFailure.of(e));
        }
    }
}
