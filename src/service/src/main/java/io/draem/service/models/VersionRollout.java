package io.draem.service.models;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Loads the versions of a model and offers them to requests. A version is loaded while the current one stays in service, and
 * replaces it after its warm-up; one that cannot be loaded changes nothing. A version that fails on too many of its runs
 * serves only requests that name it until its file changes.
 */
final class VersionRollout {

    private static final Logger log = LoggerFactory.getLogger(VersionRollout.class);

    /** Held while the repository is changed, never while a file is read. */
    final Object offering = new Object();

    private final ModelProperties properties;
    private final ModelRepository repository;
    private final ModelLoader loader;
    private final LoadFailures failures;
    private final ApplicationEventPublisher events;
    /** State of the files from which each model was loaded. */
    private final Map<ServedModel, ModelFile.State> sources = new ConcurrentHashMap<>();
    /** Lock per name, held while its versions are loaded; the file system may take long. */
    private final Map<String, Object> loading = new ConcurrentHashMap<>();

    private final SuspendedVersions suspended = new SuspendedVersions();
    private volatile Consumer<ServedModel> whenFailing = model -> {};

    VersionRollout(
            ModelProperties properties,
            ModelRepository repository,
            ModelLoader loader,
            LoadFailures failures,
            ApplicationEventPublisher events) {
        this.properties = properties;
        this.repository = repository;
        this.loader = loader;
        this.failures = failures;
        this.events = events;
    }

    /** Sets the action for each version that starts to fail on too many of its runs; it must be quick. */
    void whenFailing(Consumer<ServedModel> action) {
        whenFailing = action;
    }

    /** Returns the state of the files from which a model was loaded. */
    ModelFile.State source(ServedModel model) {
        return sources.getOrDefault(model, ModelFile.State.NONE);
    }

    /** Returns the configured versions in order of preference; empty for the highest. */
    List<Integer> configured(String name) {
        return properties.versions().getOrDefault(name, List.of());
    }

    /** Returns the lock that is held while versions of a name are loaded. */
    Object loading(String name) {
        return loading.computeIfAbsent(name, key -> new Object());
    }

    /** Reports the refused versions to the repository. */
    void reportRefused() {
        synchronized (offering) {
            repository.refuse(failures.models());
        }
    }

    /** Loads the configured versions, or the highest that can be served. */
    void update(String name, List<ModelFile> files) {
        update(name, files, configured(name));
    }

    /**
     * Loads versions of a model and offers those that can be served.
     *
     * @param files of the model, highest version first
     * @param named the versions to serve in order of preference; empty for the highest that can be served
     */
    void update(String name, List<ModelFile> files, List<Integer> named) {
        synchronized (loading(name)) {
            List<ServedModel> before = repository.versions(name);
            List<ServedModel> usable = new ArrayList<>();
            Set<Integer> tried = new HashSet<>(configured(name));
            try {
                if (named.isEmpty()) {
                    loadHighest(files, before, tried, usable);
                } else {
                    for (int version : named) {
                        add(serve(file(files, name, version), before), usable);
                    }
                }
            } catch (RuntimeException | Error e) {
                retireNew(usable, before);
                throw e;
            }
            failures.keepOnly(name, tried);
            offer(name, usable, files.isEmpty());
        }
    }

    /**
     * Offers versions of a model, failing ones last.
     *
     * @param usable versions in order of preference
     * @param removed whether the model has no files any more; otherwise, if no version is usable, the current ones stay
     */
    void offer(String name, List<ServedModel> usable, boolean removed) {
        synchronized (offering) {
            List<ServedModel> before = repository.versions(name);
            List<ServedModel> after = new ArrayList<>();
            List<ServedModel> failing = new ArrayList<>();
            usable.forEach(model -> (model.isFailing() ? failing : after).add(model));
            ServedModel failed = before.isEmpty() || !failing.contains(before.get(0)) ? null : before.get(0);
            if (after.isEmpty() && !removed && failed == null && (failing.isEmpty() || !before.isEmpty())) {
                retireNew(failing, before);
                return; // a removed version stays in service until another one can be served
            }
            boolean failsOver = failed != null && !failed.isSuspended() && !after.isEmpty();
            if (failed != null && failsOver) {
                suspended.add(failed, source(failed));
            } else if (failed != null && after.isEmpty()) {
                failing.remove(failed); // of failing versions, the current one stays the first
                after.add(failed);
            }
            after.addAll(failing);
            repository.serve(name, after);
            // Keeps the sources of versions that a scan has loaded and not offered yet.
            before.stream().filter(model -> !after.contains(model)).forEach(sources::remove);
            if (failed != null && failsOver) {
                failedOver(failed, after.get(0));
            } else {
                logChange(name, before, after);
            }
        }
    }

    /** Loads the highest version that can be served, and keeps loaded failing ones above it. */
    private void loadHighest(
            List<ModelFile> files, List<ServedModel> before, Set<Integer> tried, List<ServedModel> usable) {
        List<ModelFile> closed = new ArrayList<>();
        for (ModelFile file : files) {
            tried.add(file.version());
            if (suspended.contains(file) && loaded(file, before) == null) {
                closed.add(file);
                continue;
            }
            ServedModel model = serve(file, before);
            add(model, usable);
            if (model != null && !model.isFailing()) {
                return;
            }
        }
        for (ModelFile file : closed) {
            if (before.isEmpty() && usable.isEmpty()) { // otherwise another version serves
                add(serve(file, before), usable);
            }
        }
    }

    private static void add(@Nullable ServedModel model, List<ServedModel> usable) {
        if (model != null) {
            usable.add(model);
        }
    }

    private void retireNew(List<ServedModel> models, List<ServedModel> before) {
        for (ServedModel model : models) {
            if (!before.contains(model)) {
                sources.remove(model);
                repository.retire(model);
            }
        }
    }

    private void failedOver(ServedModel model, ServedModel successor) {
        log.error(
                "Model {} failed on {} (draem.models.max-failed-share={}) and fails over to version {}: that one serves"
                        + " requests that name no version until the file of version {} changes or the service"
                        + " restarts. See the errors above, and replace or remove the file",
                model,
                model.recentFailures(),
                properties.maxFailedShare(),
                successor.version(),
                model.version());
        events.publishEvent(new ModelEvent.Failover(model, successor));
    }

    /** Returns the model of a file: the loaded one, a new one, or null if there is none. */
    private @Nullable ServedModel serve(ModelFile file, List<ServedModel> before) {
        ServedModel current = loaded(file, before);
        if (current != null && file.state().equals(sources.get(current))) {
            failures.forget(file);
            return current;
        }
        if (!failures.mayTry(file)) {
            return file.state().equals(ModelFile.State.NONE) ? null : current;
        }
        try {
            ServedModel model = loader.load(file, current, !before.isEmpty());
            if (model != current) {
                model.whenFailing(() -> whenFailing.accept(model));
            }
            suspended.resume(model, file.state());
            sources.put(model, file.state());
            failures.forget(file);
            return model;
        } catch (ModelLoadException e) {
            failures.add(file, e, current);
            return e.failure() == FailedVersion.Failure.MISSING ? null : current;
        }
    }

    private static @Nullable ServedModel loaded(ModelFile file, List<ServedModel> before) {
        return before.stream()
                .filter(model -> model.version() == file.version())
                .findFirst()
                .orElse(null);
    }

    private ModelFile file(List<ModelFile> files, String name, int version) {
        return files.stream()
                .filter(file -> file.version() == version)
                .findFirst()
                .orElseGet(() -> new ModelFile(name, version, properties.directory(), ModelFile.State.NONE));
    }

    private void logChange(String name, List<ServedModel> before, List<ServedModel> after) {
        if (!before.isEmpty() && !after.equals(before)) {
            log.info(
                    after.isEmpty()
                            ? "Model {} was removed: {} is closed once its last request has ended"
                            : "Model {}: {} replaced {}",
                    name,
                    after.isEmpty() ? before : after,
                    before);
        }
    }
}
