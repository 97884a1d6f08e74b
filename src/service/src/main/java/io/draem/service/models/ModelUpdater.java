package io.draem.service.models;

import io.draem.model.ModelDirectory;
import io.draem.service.startup.StartUpException;
import io.draem.text.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Brings the models in service in line with the directory: once at the start, and again at every look afterwards.
 *
 * <p>A name is touched once all of its files have looked the same twice, so nothing is loaded that is still being
 * written. A version is loaded beside the one that answers and takes its place when it has run; one that cannot be
 * loaded changes nothing. One that fails on too many of its runs fails over to another one, and answers only requests that
 * name it until its file changes. An empty directory changes nothing either: that is what a volume looks like that has gone.
 */
final class ModelUpdater {

    private static final Logger log = LoggerFactory.getLogger(ModelUpdater.class);

    private static final String EMPTIED = "The model directory holds no model any more: what is loaded serves on";

    private final ModelProperties properties;
    private final ModelRepository repository;
    private final ModelLoader loader;
    private final LoadFailures failures;
    /** What each loaded model was loaded from. */
    private final Map<ServedModel, FileState> sources = new ConcurrentHashMap<>();
    /** What the last look saw, by name and version. */
    private volatile Map<String, Map<Integer, FileState>> seen = Map.of();
    /** Held per name while its versions are loaded, which takes as long as the file system does. */
    private final Map<String, Object> loading = new ConcurrentHashMap<>();
    /** Held while the repository is changed, never while a file is read. */
    private final Object offering = new Object();

    private List<String> misplaced = List.of();
    private final SuspendedVersions suspended = new SuspendedVersions();
    private final ApplicationEventPublisher events;
    private volatile Consumer<ServedModel> whenFailing = model -> {};
    private String complaint = "";

    ModelUpdater(
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

    /**
     * Loads what the directory holds.
     *
     * @throws StartUpException if nothing can be served, or the provider that was asked for does not work
     */
    synchronized void load() {
        Path directory = properties.directory();
        if (!Files.isDirectory(directory)) {
            throw new StartUpException(
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
            throw new StartUpException(
                    "The model directory " + directory.toAbsolutePath() + " cannot be read: "
                            + SafeText.escaped(e.toString()),
                    "Give the user of the service the right to read it");
        }
        reportRefused();
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
            if (complaint.equals(EMPTIED)) { // one look alone may have come between two changes
                forgetRefused();
            }
            complain(EMPTIED);
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
        reportRefused();
        warnOfMisplacedGraphs();
    }

    /** Forgets the versions that were refused, since their files are gone. */
    private void forgetRefused() {
        for (FailedVersion model : failures.models()) {
            if (repository.versions(model.name()).isEmpty()) {
                update(model.name(), List.of());
            } else {
                failures.keepOnly(model.name(), Set.copyOf(configured(model.name())));
            }
        }
        reportRefused();
    }

    /** Sets what is called with each version that begins to fail on too many of its runs; it must be quick. */
    void whenFailing(Consumer<ServedModel> action) {
        whenFailing = action;
    }

    /**
     * Lets another version answer in place of one that fails on too many of its runs: at once where it is loaded, also
     * while a look is held up by the file system, and else as soon as it has been loaded. Files that are new or still
     * change are left to the next look. Without another version that can be served it serves on.
     */
    void failOver(ServedModel model) {
        String name = model.name();
        boolean answers;
        synchronized (offering) { // a look that replaces versions in between would be undone
            List<ServedModel> loaded = repository.versions(name);
            if (repository.isDraining() || model.isSuspended() || !loaded.contains(model)) {
                return;
            }
            answers = loaded.get(0) == model;
            offer(name, inOrder(name, loaded), false);
        }
        if (answers && !model.isSuspended()) {
            loadAnother(model);
        }
        // A look may have put another file in its place meanwhile.
        if (!model.isSuspended()
                && !repository.isDraining()
                && repository.versions(name).contains(model)) {
            log.error(
                    "Model {} failed on {} (draem.models.max-failed-share={}){}: see the errors above, and replace its file",
                    model,
                    model.recentFailures(),
                    properties.maxFailedShare(),
                    answers ? " and serves on, since no other version can be served in its place" : "");
        }
    }

    private void loadAnother(ServedModel model) {
        String name = model.name();
        synchronized (loading(name)) {
            List<ServedModel> loaded = repository.versions(name);
            if (repository.isDraining() || model.isSuspended() || !loaded.contains(model)) {
                return;
            }
            List<ModelFile> files = restingFiles(name, loaded);
            Set<Integer> resting = files.stream().map(ModelFile::version).collect(Collectors.toSet());
            List<Integer> named = new ArrayList<>(configured(name));
            named.retainAll(resting);
            update(name, files, named);
        }
        reportRefused();
    }

    /** Returns loaded versions in the order in which they are to answer. */
    private List<ServedModel> inOrder(String name, List<ServedModel> loaded) {
        List<Integer> order = configured(name);
        return loaded.stream()
                .sorted(Comparator.comparingInt(model -> order.indexOf(model.version())))
                .toList();
    }

    /** Returns the files of the versions that are loaded, as they were then, and others that were there at the last look. */
    private List<ModelFile> restingFiles(String name, List<ServedModel> loaded) {
        List<ModelFile> files = new ArrayList<>();
        for (ServedModel model : loaded) {
            Path file =
                    properties.directory().resolve(name + "/" + model.version()).resolve(ModelDirectory.GRAPH);
            files.add(new ModelFile(name, model.version(), file, sources.getOrDefault(model, FileState.NONE)));
        }
        try {
            Map<Integer, FileState> last = seen.getOrDefault(name, Map.of());
            ModelFile.versions(name, properties.directory().resolve(name)).stream()
                    .filter(file -> loaded.stream().noneMatch(model -> model.version() == file.version()))
                    .filter(file -> file.state().equals(last.get(file.version())))
                    .forEach(files::add);
        } catch (IOException e) {
            log.warn(
                    "The folder of model {} cannot be read ({}): only its loaded versions can be served",
                    name,
                    SafeText.escaped(e.toString()));
        }
        files.sort(Comparator.comparingInt(ModelFile::version).reversed());
        return files;
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

    /** Returns the versions that the configuration names, in the order in which they answer; none for the highest. */
    private List<Integer> configured(String name) {
        return properties.versions().getOrDefault(name, List.of());
    }

    private Object loading(String name) {
        return loading.computeIfAbsent(name, key -> new Object());
    }

    private void reportRefused() {
        synchronized (offering) {
            repository.refuse(failures.models());
        }
    }

    private void update(String name, List<ModelFile> files) {
        update(name, files, configured(name));
    }

    /**
     * @param named the versions to serve, in the order in which they answer; none for the highest that can be served
     */
    private void update(String name, List<ModelFile> files, List<Integer> named) {
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
     * Offers versions of a model: those that do not fail answer before those that do.
     *
     * @param usable in the order in which they are to answer
     * @param removed whether the model has no files any more; else, if none is usable, what is offered now stays
     */
    private void offer(String name, List<ServedModel> usable, boolean removed) {
        synchronized (offering) {
            List<ServedModel> before = repository.versions(name);
            List<ServedModel> after = new ArrayList<>();
            List<ServedModel> failing = new ArrayList<>();
            usable.forEach(model -> (model.isFailing() ? failing : after).add(model));
            ServedModel failed = before.isEmpty() || !failing.contains(before.get(0)) ? null : before.get(0);
            if (after.isEmpty() && !removed && failed == null && (failing.isEmpty() || !before.isEmpty())) {
                retireNew(failing, before);
                return; // what was removed answers until something else can
            }
            boolean failsOver = failed != null && !failed.isSuspended() && !after.isEmpty();
            if (failed != null && failsOver) {
                suspended.add(failed, sources.getOrDefault(failed, FileState.NONE));
            } else if (failed != null && after.isEmpty()) {
                failing.remove(failed); // of those that fail, the one that answers goes on
                after.add(failed);
            }
            after.addAll(failing);
            repository.serve(name, after);
            // Not those of versions that a look has loaded and not offered yet.
            before.stream().filter(model -> !after.contains(model)).forEach(sources::remove);
            if (failed != null && failsOver) {
                failedOver(failed, after.get(0));
            } else {
                tell(name, before, after);
            }
        }
    }

    /** Finds the highest version that can be served, and those above it that are loaded and fail. */
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
            if (before.isEmpty() && usable.isEmpty()) { // else nothing is gained by it
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
                "Model {} failed on {} (draem.models.max-failed-share={}) and fails over to version {}: that one answers"
                        + " requests that name no version, until another file of version {} is there or the service"
                        + " starts again. See the errors above, and replace or remove the file",
                model,
                model.recentFailures(),
                properties.maxFailedShare(),
                successor.version(),
                model.version());
        events.publishEvent(new ModelEvent.Failover(model, successor));
    }

    /** Returns the model that answers for a file: the one that is loaded already, a new one, or null for none. */
    private @Nullable ServedModel serve(ModelFile file, List<ServedModel> before) {
        ServedModel current = loaded(file, before);
        if (current != null && file.state().equals(sources.get(current))) {
            failures.forget(file);
            return current;
        }
        if (!failures.mayTry(file)) {
            return file.state().equals(FileState.NONE) ? null : current;
        }
        try {
            ServedModel model = loader.load(file, current);
            if (model != current) {
                model.whenFailing(() -> whenFailing.accept(model));
            }
            suspended.recognise(model, file.state());
            sources.put(model, file.state());
            failures.forget(file);
            return model;
        } catch (ModelLoadException e) {
            failures.add(file, e, current != null);
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
            throw new StartUpException(
                    "No model can be served from " + directory.toAbsolutePath() + failures.summary(),
                    hint.isEmpty()
                            ? "Put a graph at <name>/<version>/model.onnx in that directory, or name another with"
                                    + " draem.models.directory"
                            : hint);
        }
        List<String> names = models.stream().map(ServedModel::name).toList();
        String wanted = properties.defaultModel();
        if (wanted != null && !names.contains(wanted)) {
            throw new StartUpException(
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
