package io.draem.service.models;

import io.draem.service.sessions.SessionBudget;
import io.draem.text.EscapedFailure;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Scans the model directory at an interval, since network volumes and Kubernetes' links raise no file events; or loads and
 * unloads models on request. All of it runs on threads that {@link #close} waits for.
 */
final class ModelWatcher implements AutoCloseable, ApplicationListener<ContextClosedEvent> {

    private static final Logger log = LoggerFactory.getLogger(ModelWatcher.class);

    /** How long a request waits for its change and for those before it. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** Each waiting request has a thread of the web server. */
    private static final int MOST_WAITING = 4;

    private final ModelUpdater updater;
    private final @Nullable Duration interval;
    private final Duration closeLimit;
    private final SessionBudget budget;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(ModelWatcher::thread);
    /** A scan may hang, and so may the load of a version: neither delays a failover or an unload of another model. */
    private final ExecutorService failingOver = Executors.newCachedThreadPool(ModelWatcher::thread);

    private final Semaphore waiting = new Semaphore(MOST_WAITING);
    private volatile boolean ended;

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
        updater.rollout().whenFailing(this::failOver);
        if (interval != null) {
            executor.scheduleWithFixedDelay(
                    this::scan, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** A change of the models. */
    @FunctionalInterface
    interface Change {

        void make() throws ModelSelectionException;
    }

    /**
     * Loads a model after those that were requested before, since each reads a graph into memory; returns once that is
     * done.
     *
     * @throws ModelSelectionException.NotNow if it is not done in time, or the service shuts down
     */
    void load(Change load) throws ModelSelectionException {
        make(load, executor, "the index");
    }

    /** Changes which version of a model serves as {@link #load} loads one. */
    void roll(String name, Change change) throws ModelSelectionException {
        make(change, executor, "GET /v1/models/" + name);
    }

    /** Unloads a model as {@link #load} loads one, while others may be loaded. */
    void unload(Change unload) throws ModelSelectionException {
        make(unload, failingOver, "the index");
    }

    private void make(Change change, ExecutorService on, String shows) throws ModelSelectionException {
        if (!waiting.tryAcquire()) {
            throw new ModelSelectionException.NotNow(MOST_WAITING + " other changes are being made: try again later");
        }
        AtomicBoolean decided = new AtomicBoolean();
        try {
            on.submit(() -> {
                        if (decided.compareAndSet(false, true)) {
                            if (ended) {
                                throw ModelSelectionException.NotNow.shuttingDown();
                            }
                            change.make();
                        }
                        return null;
                    })
                    .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            throw ModelSelectionException.NotNow.shuttingDown();
        } catch (TimeoutException e) {
            throw new ModelSelectionException.NotNow(
                    decided.compareAndSet(false, true)
                            ? "Other loads took " + LIMIT.toMinutes()
                                    + " minutes, and the change is not made: try again"
                            : "The change takes more than " + LIMIT.toMinutes() + " minutes and goes on: " + shows
                                    + " shows when it is made");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ModelSelectionException.NotNow.shuttingDown();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ModelSelectionException reason) {
                throw reason;
            }
            throw new IllegalStateException("The models could not be changed", e.getCause());
        } finally {
            waiting.release();
        }
    }

    /** Returns how many requests wait for a change. */
    int waiting() {
        return MOST_WAITING - waiting.availablePermits();
    }

    /** No change begins after the service has begun to shut down. */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        ended = true;
    }

    /** Ends the scans; waits for a load in progress, since it may be inside native code. */
    @Override
    public void close() {
        ended = true;
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
