package io.draem.service.models;

import io.draem.model.ModelDirectory;
import io.draem.service.history.ServedChange;
import io.draem.text.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists the models, and with {@code draem.models.control=explicit} loads and unloads them on request. Models are loaded one
 * after the other; a change that has begun ends even if nobody waits for it any more.
 */
public final class ModelControl {

    private static final Logger log = LoggerFactory.getLogger(ModelControl.class);

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
     * Returns the versions that are served, then those that should be and are not, then the versions of models that are not
     * loaded, where models are loaded on request. Nothing is read from the directory: it has a model that was added since
     * the start once that has been loaded.
     *
     * @param ready whether only the versions that are served are wanted
     * @throws ModelSelectionException.NotReady while the service starts
     */
    public List<Entry> index(boolean ready) throws ModelSelectionException {
        requireReady();
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
            Set<String> listed = index.stream().map(Entry::name).collect(Collectors.toSet());
            updater.known().forEach((name, versions) -> {
                if (!listed.contains(name)) {
                    versions.keySet().forEach(version -> index.add(new Entry(name, version, false, "not loaded")));
                }
            });
        }
        return index;
    }

    /**
     * Loads a model from its files as they are now, and returns once it serves requests; a model that is opened on demand is
     * checked. Of several versions the configured ones are served, or the highest.
     *
     * @param key name of the key of the request, for the log
     * @throws ModelSelectionException if a version that should serve does not; then nothing has changed
     */
    public void load(String name, String key) throws ModelSelectionException {
        requireExplicit();
        requireReady();
        watcher.load(() -> {
            List<ModelFile> files = files(name);
            if (files.isEmpty()) {
                updater.know(name, files);
                throw new ModelSelectionException.Unknown("The model directory has no " + ModelDirectory.GRAPH
                        + " for that name: put it at <name>/<version>/" + ModelDirectory.GRAPH + " first");
            }
            log.info("Key {} requests to load model {}", key, name);
            updater.load(name, files, new ServedChange.Cause(ServedChange.Reason.LOAD, key));
            requireServed(name, files);
            log.info("Loaded on request: {}", repository.versions(name));
        });
    }

    /**
     * Takes a model out of service. Its requests end as they began; those that arrive afterwards find no such model. Does
     * nothing if it is known and not loaded.
     *
     * @param key name of the key of the request, for the log
     * @throws ModelSelectionException if there is no such model
     */
    public void unload(String name, String key) throws ModelSelectionException {
        requireExplicit();
        requireReady();
        watcher.unload(() -> {
            if (!repository.versions(name).isEmpty()
                    || !repository.refused(name).isEmpty()) {
                log.info("Key {} requests to unload model {}", key, name);
                updater.unload(name, new ServedChange.Cause(ServedChange.Reason.UNLOAD, key));
                forgetIfRemoved(name);
            } else if (files(name).isEmpty()) {
                updater.know(name, List.of());
                throw new ModelSelectionException.Unknown(
                        "There is no model of that name, neither in service nor in the model directory");
            }
        });
    }

    /** A model that was unloaded stays known unless its files are gone, which a directory that cannot be read does not say. */
    private void forgetIfRemoved(String name) {
        try {
            if (files(name).isEmpty()) {
                updater.know(name, List.of());
            }
        } catch (ModelSelectionException e) {
            log.warn("Model {} was unloaded: {}", name, e.getMessage());
        }
    }

    /** Throws if requests do not load and unload models. */
    public void requireExplicit() throws ModelSelectionException {
        if (!isExplicit()) {
            throw new ModelSelectionException.NotLoaded("Requests do not load or unload models of this service: "
                    + (properties.control() == ModelProperties.Control.POLL
                            ? "it loads what is in its model directory. Change that, or set"
                            : "its models stay as they are. Set")
                    + " draem.models.control=explicit");
        }
    }

    private void requireReady() throws ModelSelectionException {
        if (!repository.isLoaded()) {
            throw new ModelSelectionException.NotReady();
        }
    }

    /** Returns the files of a model, highest version first. */
    List<ModelFile> files(String name) throws ModelSelectionException {
        if (!ModelDirectory.isName(name)) {
            return List.of();
        }
        Path folder = properties.directory().resolve(name);
        try {
            return ModelFile.versions(name, folder);
        } catch (NoSuchFileException | NotDirectoryException e) {
            requireDirectory();
            return List.of();
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    /** A directory that is gone or suddenly empty is that of a volume that is not mounted. */
    private void requireDirectory() throws ModelSelectionException {
        try (Stream<Path> entries = Files.list(properties.directory())) {
            if (entries.findAny().isEmpty() && !updater.known().isEmpty()) {
                throw new ModelSelectionException.NotNow(
                        "The model directory is empty: try again once its volume is mounted");
            }
        } catch (IOException e) {
            throw unreadable(properties.directory(), e);
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
        List<ModelFile> wanted = updater.rollout().wanted(name, files);
        List<FailedVersion> refused = repository.refused(name).stream()
                .filter(failed ->
                        wanted.isEmpty() || wanted.stream().anyMatch(file -> file.version() == failed.version()))
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
        boolean serves = !wanted.isEmpty()
                && !served.isEmpty()
                && served.get(0).version() == wanted.get(0).version();
        if (!serves) {
            throw new ModelSelectionException.NotLoaded((wanted.isEmpty()
                            ? "The versions that draem.models.versions names are candidates, which serve no requests"
                            : "Version " + wanted.get(0).version()
                                    + " is suspended, since it failed on too many runs, until its file changes")
                    + instead);
        }
    }
}
