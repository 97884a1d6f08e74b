package io.draem.service.models;

import io.draem.runtime.onnx.ExecutionOptions;
import io.draem.runtime.onnx.ModelOpener;
import io.draem.runtime.onnx.ProviderChoice;
import io.draem.service.history.ModelHistory;
import io.draem.service.queue.QueueListener;
import io.draem.service.sessions.SessionBudget;
import io.draem.service.sessions.SessionListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** The models of a directory on the CPU, with the events about them. */
final class LoadedModels implements AutoCloseable {

    static final ModelSessions.Opener OPENER =
            ModelConfiguration.opener(new ModelOpener(new ExecutionOptions(ProviderChoice.CPU, 0, 1, 1, 1)));

    /** No candidate answers. */
    static final Routing NO_CANDIDATE = new Routing(null, (candidate, served) -> false);

    private final List<Object> events = Collections.synchronizedList(new ArrayList<>());
    private final ModelProperties properties;
    private final ModelHistory history;
    private final SessionBudget budget;
    private final ModelRepository repository;
    private final ModelUpdater updater;
    private volatile Runnable whenFailedOver = () -> {};

    LoadedModels(ModelProperties properties) {
        this(properties, Duration.ofSeconds(30));
    }

    LoadedModels(ModelProperties properties, Duration requestTimeout) {
        this(properties, requestTimeout, OPENER);
    }

    /**
     * @param opener opens graphs, as {@link #OPENER} does
     */
    LoadedModels(ModelProperties properties, Duration requestTimeout, ModelSessions.Opener opener) {
        this.properties = properties;
        history = new ModelHistory(properties.directory());
        budget = new SessionBudget(properties.budget(), SessionListener.NONE, System::nanoTime);
        repository = new ModelRepository(properties.defaultModel(), Duration.ofSeconds(10), budget, events::add);
        ModelLoader loader = new ModelLoader(
                properties,
                opener,
                budget,
                new ModelLoader.QueuePlan(4, Duration.ZERO, requestTimeout, QueueListener.NONE));
        updater = new ModelUpdater(
                properties,
                repository,
                loader,
                new LoadFailures(events::add),
                new RolloutReports(properties, repository, history, event -> {
                    events.add(event);
                    if (event instanceof ModelEvent.Failover) {
                        whenFailedOver.run();
                    }
                }));
    }

    static ModelProperties properties(Path directory, @Nullable String defaultModel) {
        return properties(directory, defaultModel, ModelProperties.Control.POLL, Map.of(), Map.of());
    }

    static ModelProperties controlled(Path directory, ModelProperties.Control control) {
        return properties(directory, null, control, Map.of(), Map.of());
    }

    static ModelProperties versions(Path directory, Map<String, List<Integer>> versions) {
        return properties(directory, null, ModelProperties.Control.POLL, versions, Map.of());
    }

    static ModelProperties sha256(Path directory, Map<String, String> sha256) {
        return properties(directory, null, ModelProperties.Control.POLL, Map.of(), sha256);
    }

    private static ModelProperties properties(
            Path directory,
            @Nullable String defaultModel,
            ModelProperties.Control control,
            Map<String, List<Integer>> versions,
            Map<String, String> sha256) {
        return new ModelProperties(
                directory,
                defaultModel,
                control,
                Duration.ofSeconds(10),
                DataSize.ofMegabytes(100),
                versions,
                0.5,
                sha256,
                ModelProperties.Loading.EAGER,
                null,
                Set.of());
    }

    /** Returns what loads and unloads the models on request; closed with the watcher. */
    ModelControl control(ModelWatcher watcher) {
        return new ModelControl(properties, repository, updater, watcher);
    }

    /** Returns what promotes and rolls back on request; closed with the watcher. */
    RolloutControl rollout(ModelWatcher watcher) {
        return new RolloutControl(properties, repository, updater, watcher, control(watcher));
    }

    ModelHistory history() {
        return history;
    }

    SessionBudget budget() {
        return budget;
    }

    ModelRepository repository() {
        return repository;
    }

    /** Loads the models of the directory. */
    void load() {
        updater.load();
    }

    /** Scans twice, as a change requires. */
    void pollTwice() {
        updater.poll();
        updater.poll();
    }

    /** Lets versions fail over that failed on too many runs; nothing does that here by itself. */
    void failOver(ServedModel model) {
        updater.failOver(model);
    }

    /** Sets what is called when a version has failed over to another one. */
    void whenFailedOver(Runnable action) {
        whenFailedOver = action;
    }

    ModelUpdater updater() {
        return updater;
    }

    void poll() {
        updater.poll();
    }

    <T> List<T> events(Class<T> type) {
        return List.copyOf(events).stream()
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    @Override
    public void close() {
        repository.close();
        history.close();
    }
}
