package io.draem.service.models;

import io.draem.service.sessions.SessionBudget;
import io.draem.text.EscapedFailure;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scans the model directory at an interval, since network volumes and Kubernetes' links raise no file events; or loads and
 * unloads models on request. Either is done one at a time, on a thread that {@link #close} waits for.
 */
final class ModelWatcher implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ModelWatcher.class);

    private final ModelUpdater updater;
    private final @Nullable Duration interval;
    private final Duration closeLimit;
    private final SessionBudget budget;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(ModelWatcher::thread);
    /** A scan may hang, and so may the load of a version: neither delays a failover of another model. */
    private final ExecutorService failingOver = Executors.newCachedThreadPool(ModelWatcher::thread);

    /**
     * @param interval time between two scans; null for no scans
     * @param closeLimit how long {@link #close} waits for a load in progress
     */
    ModelWatcher(ModelUpdater updater, @Nullable Duration interval, Duration closeLimit, SessionBudget budget) {
        this.updater = updater;
        this.interval = interval;
        this.closeLimit = closeLimit;
        this.budget = budget;
    }

    /** Starts the scans; a failing version is replaced immediately, also without scans. */
    void start() {
        updater.whenFailing(this::failOver);
        if (interval != null) {
            executor.scheduleWithFixedDelay(
                    this::scan, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Runs a change of the models after those that were submitted before.
     *
     * @throws RejectedExecutionException if the service shuts down
     */
    <T> Future<T> submit(Callable<T> change) {
        return executor.submit(change);
    }

    /** Ends the scans; waits for a load in progress, since it may be inside native code. */
    @Override
    public void close() {
        executor.shutdown();
        failingOver.shutdown();
        budget.end(); // a scan may wait for memory
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
            log.info("Model {} fails while the service shuts down", model);
        }
    }

    private void scan() {
        try {
            updater.poll();
        } catch (RuntimeException | Error e) { // otherwise the executor would silently end the scans
            log.error("The scan of the model directory failed; the next one is in {}", interval, EscapedFailure.of(e));
        }
    }
}
