package io.draem.service.models;

import io.draem.model.ModelDirectory;
import io.draem.text.SafeText;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists the versions of the model directory, and with {@code draem.models.control=explicit} loads and unloads models on
 * request. Changes are made one after the other; one that has begun ends even if nobody waits for it any more.
 */
public final class ModelControl {

    private static final Logger log = LoggerFactory.getLogger(ModelControl.class);

    /** How long a request waits for its change and for those before it. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final ModelProperties properties;
    private final ModelRepository repository;
    private final ModelUpdater updater;
    private final ModelWatcher watcher;

    ModelControl(ModelProperties properties, ModelRepository repository, ModelUpdater updater, ModelWatcher watcher) {
        this.properties = properties;
        this.repository = repository;
        this.updater = updater;
        this.watcher = watcher;
    }

    /**
     * A version in the index.
     *
     * @param ready whether it serves requests
     * @param reason why it does not; null if it does
     */
    public record Entry(
            String name,
            int version,
            boolean ready,
            @Nullable String reason) {

        /** Returns the state in the words of Triton Inference Server. */
        public String state() {
            return ready ? "READY" : "UNAVAILABLE";
        }
    }

    /** Returns whether models are loaded and unloaded on request. */
    public boolean isExplicit() {
        return properties.control() == ModelProperties.Control.EXPLICIT;
    }

    /**
     * Returns the versions that are served, then those that should be and are not, then those of models that are not
     * loaded, where models are loaded on request.
     *
     * @param ready whether only the versions that are served are wanted
     * @throws ModelSelectionException.NotNow if the model directory cannot be read
     */
    public List<Entry> index(boolean ready) throws ModelSelectionException {
        List<Entry> index = new ArrayList<>();
        for (ServedModel model : repository.allVersions()) {
            index.add(new Entry(model.name(), model.version(), true, null));
        }
        if (ready) {
            return index;
        }
        for (FailedVersion failed : repository.refused()) {
            index.add(new Entry(failed.name(), failed.version(), false, failed.reason()));
        }
        if (isExplicit()) {
            addUnloaded(index);
        }
        return index;
    }

    private void addUnloaded(List<Entry> index) throws ModelSelectionException {
        List<String> known = index.stream().map(Entry::name).distinct().toList();
        try {
            ModelFile.list(properties.directory()).forEach((name, files) -> {
                if (!known.contains(name)) {
                    files.forEach(file -> index.add(new Entry(name, file.version(), false, "not loaded")));
                }
            });
        } catch (IOException e) {
            throw unreadable(properties.directory(), e);
        }
    }

    /**
     * Loads a model from its files as they are now, and returns once it serves requests. Of several versions the
     * configured ones are served, or the highest.
     *
     * @param key name of the key of the request, for the log
     * @throws ModelSelectionException if a version that should serve does not; what was served before still is
     */
    public void load(String name, String key) throws ModelSelectionException {
        requireExplicit();
        change(() -> {
            List<ModelFile> files = files(name);
            if (files.isEmpty()) {
                throw new ModelSelectionException.Unknown("The model directory has no " + ModelDirectory.GRAPH
                        + " for that name: put it at <name>/<version>/" + ModelDirectory.GRAPH + " first");
            }
            log.info("Model {} is loaded, as requested with the key {}", name, key);
            updater.load(name, files);
            requireServed(name, files);
            return null;
        });
    }

    /**
     * Takes a model out of service. Its requests end as they began; those that arrive afterwards find no such model. Does
     * nothing if it is in the directory and not loaded.
     *
     * @param key name of the key of the request, for the log
     * @throws ModelSelectionException if there is no such model
     */
    public void unload(String name, String key) throws ModelSelectionException {
        requireExplicit();
        change(() -> {
            boolean known = !repository.versions(name).isEmpty()
                    || repository.refused().stream()
                            .anyMatch(failed -> failed.name().equals(name));
            if (known) {
                log.info("Model {} is unloaded, as requested with the key {}", name, key);
                updater.unload(name);
            } else if (files(name).isEmpty()) {
                throw new ModelSelectionException.Unknown(
                        "There is no model of that name, neither in service nor in the model directory");
            }
            return null;
        });
    }

    private void requireExplicit() throws ModelSelectionException {
        if (!isExplicit()) {
            throw new ModelSelectionException.NotLoaded("Requests do not load or unload models of this service: "
                    + (properties.control() == ModelProperties.Control.POLL
                            ? "it loads what is in its model directory. Change that, or set"
                            : "its models stay as they are. Set")
                    + " draem.models.control=explicit");
        }
        if (!repository.isLoaded()) {
            throw new ModelSelectionException.NotReady();
        }
    }

    private void change(Callable<@Nullable Void> change) throws ModelSelectionException {
        Future<?> result;
        try {
            result = watcher.submit(() -> {
                if (repository.isDraining()) {
                    throw shuttingDown();
                }
                return change.call();
            });
        } catch (RejectedExecutionException e) {
            throw shuttingDown();
        }
        try {
            result.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new ModelSelectionException.NotNow("The change was not made within " + LIMIT.toMinutes()
                    + " minutes and will be: the index shows when");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw shuttingDown();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ModelSelectionException reason) {
                throw reason;
            }
            throw new IllegalStateException("The models could not be changed", e.getCause());
        }
    }

    private static ModelSelectionException shuttingDown() {
        return new ModelSelectionException.NotNow("The service shuts down: send the request to another replica");
    }

    /** Returns the files of a model, highest version first. */
    private List<ModelFile> files(String name) throws ModelSelectionException {
        if (!ModelDirectory.isName(name)) {
            return List.of();
        }
        Path folder = properties.directory().resolve(name);
        try {
            return ModelFile.versions(name, folder);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    private static ModelSelectionException unreadable(Path folder, IOException e) {
        log.warn("The folder {} cannot be read: {}", folder, SafeText.escaped(e.toString()));
        return new ModelSelectionException.NotNow(
                "The model directory cannot be read, and the service's log says why: try again once it can");
    }

    /** Requires that the first of the versions that should serve does, and that none is refused. */
    private void requireServed(String name, List<ModelFile> files) throws ModelSelectionException {
        List<ServedModel> served = repository.versions(name);
        List<FailedVersion> refused = repository.refused().stream()
                .filter(failed -> failed.name().equals(name))
                .toList();
        String instead = served.isEmpty() ? "" : ". Version " + served.get(0).version() + " serves requests";
        if (!refused.isEmpty()) {
            String message = refused.stream()
                            .map(failed -> "Version " + failed.version() + " is not served: " + failed.reason())
                            .collect(Collectors.joining(". "))
                    + instead;
            boolean later =
                    refused.stream().allMatch(failed -> failed.failure() == FailedVersion.Failure.OUT_OF_MEMORY);
            throw later ? new ModelSelectionException.NotNow(message) : new ModelSelectionException.NotLoaded(message);
        }
        List<Integer> configured = properties.versions().getOrDefault(name, List.of());
        int wanted = configured.isEmpty() ? files.get(0).version() : configured.get(0);
        if (served.isEmpty() || served.get(0).version() != wanted) {
            throw new ModelSelectionException.NotLoaded("Version " + wanted
                    + " is suspended, since it failed on too many runs, until its file changes" + instead);
        }
    }
}
