package io.draem.service.models;

import io.draem.service.startup.StartUpException;
import io.draem.text.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Brings the models in service in line with the directory: once at the start, and again at every look afterwards.
 *
 * <p>A name is changed once all of its files have looked the same twice, so nothing is loaded that is still being written.
 * An empty directory changes nothing: a volume that is no longer mounted looks like that.
 */
final class ModelUpdater {

    private static final Logger log = LoggerFactory.getLogger(ModelUpdater.class);

    private static final String EMPTIED = "The model directory holds no model any more: what is loaded serves on";

    private final ModelProperties properties;
    private final ModelRepository repository;
    private final LoadFailures failures;
    private final VersionRollout rollout;
    private final Failover failover;
    /** What the last look saw, by name and version. */
    private volatile Map<String, Map<Integer, FileState>> seen = Map.of();

    private List<String> misplaced = List.of();
    private String complaint = "";

    ModelUpdater(
            ModelProperties properties,
            ModelRepository repository,
            ModelLoader loader,
            LoadFailures failures,
            ApplicationEventPublisher events) {
        this.properties = properties;
        this.repository = repository;
        this.failures = failures;
        this.rollout = new VersionRollout(properties, repository, loader, failures, events);
        this.failover = new Failover(properties, repository, rollout, () -> seen);
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
                    rollout.update(name, found.getOrDefault(name, List.of()));
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
        rollout.reportRefused();
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
                rollout.update(name, found.getOrDefault(name, List.of()));
            }
        }
        seen = now;
        rollout.reportRefused();
        warnOfMisplacedGraphs();
    }

    /** Forgets the versions that were refused, since their files are gone. */
    private void forgetRefused() {
        for (FailedVersion model : failures.models()) {
            if (repository.versions(model.name()).isEmpty()) {
                rollout.update(model.name(), List.of());
            } else {
                failures.keepOnly(model.name(), Set.copyOf(rollout.configured(model.name())));
            }
        }
        rollout.reportRefused();
    }

    /** Sets what is called with each version that begins to fail on too many of its runs; it must be quick. */
    void whenFailing(Consumer<ServedModel> action) {
        rollout.whenFailing(action);
    }

    /** Lets another version answer in place of one that fails, also while a look waits for the file system. */
    void failOver(ServedModel model) {
        failover.replace(model);
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
