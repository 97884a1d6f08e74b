package io.draem.service.models;

import io.draem.text.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the models in service in line with the directory: once at the start, and again at every look afterwards.
 *
 * <p>A name is touched once all of its files have looked the same twice, so nothing is loaded that is still being
 * written. A version is loaded beside the one that answers and takes its place when it has run; one that cannot be
 * loaded changes nothing. An empty directory changes nothing either: that is what a volume looks like that has gone.
 */
final class ModelUpdater {

    private static final Logger log = LoggerFactory.getLogger(ModelUpdater.class);

    private final ModelProperties properties;
    private final ModelRepository repository;
    private final ModelLoader loader;
    private final LoadFailures failures;
    /** What each loaded model was loaded from. */
    private final Map<ServedModel, FileState> sources = new HashMap<>();
    /** What the last look saw, by name and version. */
    private Map<String, Map<Integer, FileState>> seen = Map.of();

    private List<String> misplaced = List.of();
    private String complaint = "";

    ModelUpdater(ModelProperties properties, ModelRepository repository, ModelLoader loader, LoadFailures failures) {
        this.properties = properties;
        this.repository = repository;
        this.loader = loader;
        this.failures = failures;
    }

    /**
     * Loads what the directory holds.
     *
     * @throws ModelStartUpException if nothing can be served, or the provider that was asked for does not work
     */
    synchronized void load() {
        Path directory = properties.directory();
        if (!Files.isDirectory(directory)) {
            throw new ModelStartUpException(
                    "The model directory " + directory.toAbsolutePath() + " does not exist",
                    "Set draem.models.directory to one that holds <name>/<version>/model.onnx");
        }
        try {
            Map<String, List<ModelFile>> found = ModelFile.list(directory);
            repository.expect(expected(found));
            for (String name : names(found)) {
                if (!isUnreadable(name, found)) {
                    update(name, found.getOrDefault(name, List.of()));
                }
                failures.requireProvider();
            }
            seen = states(found);
            requireUsable(directory);
        } catch (IOException e) {
            throw new ModelStartUpException(
                    "The model directory " + directory.toAbsolutePath() + " cannot be read: "
                            + SafeText.escaped(e.toString()),
                    "Give the user of the service the right to read it");
        }
        repository.refuse(failures.models());
        repository.ready();
        warnOfMisplacedGraphs();
    }

    /** Looks at the directory, and loads and unloads what has changed and rests. */
    synchronized void poll() {
        Map<String, List<ModelFile>> found;
        try {
            found = ModelFile.list(properties.directory());
        } catch (IOException e) {
            complain("The model directory cannot be read (" + SafeText.escaped(e.toString())
                    + "): what is loaded serves on");
            return;
        }
        if (found.isEmpty()) {
            complain("The model directory holds no model any more: what is loaded serves on");
            return;
        }
        complaint = "";
        repository.expect(expected(found));
        Map<String, Map<Integer, FileState>> now = states(found);
        for (String name : names(found)) {
            boolean rests = Objects.equals(now.get(name), seen.get(name));
            if (rests && !isUnreadable(name, found) && !repository.isDraining()) {
                update(name, found.getOrDefault(name, List.of()));
            }
        }
        seen = now;
        repository.refuse(failures.models());
        warnOfMisplacedGraphs();
    }

    /** Logs each misplaced graph once, as long as it is there. */
    private void warnOfMisplacedGraphs() {
        List<String> before = misplaced;
        misplaced = MisplacedGraphs.find(properties.directory());
        misplaced.stream().filter(sentence -> !before.contains(sentence)).forEach(log::warn);
    }

    /** Nothing is known of such a model: it is not taken for removed. */
    private static boolean isUnreadable(String name, Map<String, List<ModelFile>> found) {
        List<ModelFile> files = found.get(name);
        return files != null && files.isEmpty();
    }

    /** Names in the directory and in the configuration. */
    private Set<String> expected(Map<String, List<ModelFile>> found) {
        Set<String> names = new TreeSet<>(found.keySet());
        names.addAll(properties.versions().keySet());
        return names;
    }

    /** Names that are expected, in service or refused. */
    private Set<String> names(Map<String, List<ModelFile>> found) {
        Set<String> names = expected(found);
        repository.models().forEach(model -> names.add(model.name()));
        failures.models().forEach(model -> names.add(model.name()));
        return names;
    }

    private void update(String name, List<ModelFile> files) {
        List<ServedModel> before = repository.versions(name);
        List<Integer> named = properties.versions().getOrDefault(name, List.of());
        List<ServedModel> after = new ArrayList<>();
        Set<Integer> tried = new HashSet<>();
        try {
            if (named.isEmpty()) {
                for (ModelFile file : files) {
                    tried.add(file.version());
                    ServedModel model = serve(file, before);
                    if (model != null) {
                        after.add(model);
                        break;
                    }
                }
            } else {
                for (int version : named) {
                    tried.add(version);
                    ServedModel model = serve(file(files, name, version), before);
                    if (model != null) {
                        after.add(model);
                    }
                }
            }
        } catch (RuntimeException | Error e) {
            after.stream().filter(model -> !before.contains(model)).forEach(repository::retire);
            throw e;
        }
        failures.keepOnly(name, tried);
        if (after.isEmpty() && !files.isEmpty()) {
            return; // what was removed answers until something else can
        }
        repository.serve(name, after);
        sources.keySet().retainAll(repository.allVersions());
        tell(name, before, after);
    }

    /** Returns the model that answers for a file: the one that is loaded already, a new one, or null for none. */
    private @Nullable ServedModel serve(ModelFile file, List<ServedModel> before) {
        ServedModel current = before.stream()
                .filter(model -> model.version() == file.version())
                .findFirst()
                .orElse(null);
        if (current != null && file.state().equals(sources.get(current))) {
            failures.forget(file);
            return current;
        }
        if (!failures.mayTry(file)) {
            return file.state().equals(FileState.NONE) ? null : current;
        }
        try {
            ServedModel model = loader.load(file, current);
            sources.put(model, file.state());
            failures.forget(file);
            return model;
        } catch (ModelLoadException e) {
            failures.add(file, e, current != null);
            return e.failure() == LoadFailure.MISSING ? null : current;
        }
    }

    private ModelFile file(List<ModelFile> files, String name, int version) {
        return files.stream()
                .filter(file -> file.version() == version)
                .findFirst()
                .orElseGet(() -> new ModelFile(name, version, properties.directory(), FileState.NONE));
    }

    private void tell(String name, List<ServedModel> before, List<ServedModel> after) {
        if (!before.isEmpty() && !after.equals(before)) {
            log.info(
                    after.isEmpty()
                            ? "Model {} was removed: {} is closed once its last request has ended"
                            : "Model {}: {} took the place of {}",
                    name,
                    after.isEmpty() ? before : after,
                    before);
        }
    }

    private void requireUsable(Path directory) throws IOException {
        List<ServedModel> models = repository.models();
        if (models.isEmpty()) {
            String hint = ModelFile.hint(directory);
            throw new ModelStartUpException(
                    "No model can be served from " + directory.toAbsolutePath() + failures.summary(),
                    hint.isEmpty()
                            ? "Put a graph at <name>/<version>/model.onnx in that directory, or name another with"
                                    + " draem.models.directory"
                            : hint);
        }
        List<String> names = models.stream().map(ServedModel::name).toList();
        String wanted = properties.defaultModel();
        if (wanted != null && !names.contains(wanted)) {
            throw new ModelStartUpException(
                    "draem.models.default is '" + wanted + "', but served are " + names,
                    "Name one of them, or leave the property out");
        }
    }

    private static Map<String, Map<Integer, FileState>> states(Map<String, List<ModelFile>> found) {
        Map<String, Map<Integer, FileState>> states = new TreeMap<>();
        found.forEach((name, files) -> {
            Map<Integer, FileState> versions = new TreeMap<>();
            files.forEach(file -> versions.put(file.version(), file.state()));
            states.put(name, versions);
        });
        return states;
    }

    private void complain(String text) {
        if (!text.equals(complaint)) {
            log.warn(text);
            complaint = text;
        }
    }
}
