package io.draem.service.models;

import io.draem.service.history.ServedChange;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Updates the models in service from the directory, at the start and at every scan afterwards.
 *
 * <p>A name is updated once two scans agree on all of its files, so that no file is loaded while it is being written. An empty
 * directory changes nothing, since it may be a volume that is no longer mounted.
 */
final class ModelUpdater {

    private static final Logger log = LoggerFactory.getLogger(ModelUpdater.class);

    private static final String EMPTIED =
            "The model directory has no models any more: models that are open stay in service";

    private final ModelProperties properties;
    private final ModelRepository repository;
    private final LoadFailures failures;
    private final VersionRollout rollout;
    private final Failover failover;
    /** Files found by the last scan, by name and version. */
    private volatile Map<String, Map<Integer, ModelFile.State>> seen = Map.of();

    private List<String> misplaced = List.of();
    private String lastWarning = "";

    ModelUpdater(
            ModelProperties properties,
            ModelRepository repository,
            ModelLoader loader,
            LoadFailures failures,
            RolloutReports reports) {
        this.properties = properties;
        this.repository = repository;
        this.failures = failures;
        this.rollout = new VersionRollout(properties, repository, loader, failures, reports);
        this.failover = new Failover(properties, repository, rollout, () -> seen);
    }

    /**
     * Loads the models of the directory.
     *
     * @throws StartUpException if no model can be served, or the configured provider does not work
     */
    synchronized void load() {
        Path directory = properties.directory();
        if (!Files.isDirectory(directory)) {
            throw new StartUpException(
                    "The model directory " + directory.toAbsolutePath() + " does not exist",
                    "Set draem.models.directory to one that contains <name>/<version>/model.onnx");
        }
        try {
            Map<String, List<ModelFile>> found = ModelFile.list(directory);
            repository.expect(expected(found.keySet()));
            for (String name : names(found)) {
                if (!isUnreadable(name, found)) {
                    rollout.update(name, found.getOrDefault(name, List.of()));
                }
                failures.requireProvider();
            }
            seen = ModelFile.states(found);
            if (properties.control() == ModelProperties.Control.EXPLICIT) {
                warnOfUnusable(directory);
            } else {
                requireUsable(directory);
            }
        } catch (IOException e) {
            throw new StartUpException(
                    "The model directory " + directory.toAbsolutePath() + " cannot be read: "
                            + SafeText.escaped(e.toString()),
                    "Grant the user of the service read access");
        }
        rollout.reportRefused();
        repository.ready();
        warnOfMisplacedGraphs();
    }

    /** Scans the directory, and loads and unloads models whose files have changed and are stable. */
    synchronized void poll() {
        Map<String, List<ModelFile>> found;
        try {
            found = ModelFile.list(properties.directory());
        } catch (IOException e) {
            warnOnce("The model directory cannot be read (" + SafeText.escaped(e.toString())
                    + "): models that are open stay in service");
            return;
        }
        if (found.isEmpty()) {
            if (lastWarning.equals(EMPTIED)) { // a single scan may fall between two changes
                forgetRefused();
            }
            warnOnce(EMPTIED);
            return;
        }
        lastWarning = "";
        repository.expect(expected(found.keySet()));
        Map<String, Map<Integer, ModelFile.State>> now = ModelFile.states(found);
        for (String name : names(found)) {
            boolean stable = Objects.equals(now.get(name), seen.get(name));
            if (stable && !isUnreadable(name, found) && !repository.isDraining()) {
                rollout.update(name, found.getOrDefault(name, List.of()));
            }
        }
        seen = now;
        rollout.reportRefused();
        warnOfMisplacedGraphs();
    }

    /**
     * Loads the versions of a model that should serve from their files as they are now, without waiting for a second scan;
     * refused ones are tried again. Changes nothing unless all can be served. Not to be called beside scans.
     */
    void load(String name, List<ModelFile> files, ServedChange.Cause cause) {
        failures.keepOnly(name, Set.of());
        know(name, files);
        try {
            rollout.because(cause, name, () -> rollout.require(name, files));
        } finally {
            rollout.reportRefused();
        }
    }

    /** Takes a model out of service until it is loaded again. */
    void unload(String name, ServedChange.Cause cause) {
        try {
            rollout.because(cause, name, () -> rollout.update(name, List.of(), List.of()));
        } finally {
            failures.keepOnly(name, Set.of());
            rollout.reportRefused();
        }
    }

    /** Returns what loads and offers the versions of one model. */
    VersionRollout rollout() {
        return rollout;
    }

    /** Returns the versions that were found by name, at the start and by each load since. */
    Map<String, Map<Integer, ModelFile.State>> known() {
        return seen;
    }

    /** Replaces what is known of a model. One that is unloaded stays known, so that no other becomes the default meanwhile. */
    synchronized void know(String name, List<ModelFile> files) {
        Map<String, Map<Integer, ModelFile.State>> now = new TreeMap<>(seen);
        now.remove(name);
        if (!files.isEmpty()) {
            now.putAll(ModelFile.states(Map.of(name, files)));
        }
        seen = now;
        repository.expect(expected(now.keySet()));
    }

    /** Removes the failures of refused versions, whose files no longer exist. */
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

    /** Replaces a failing version by another one, even while a scan waits for the file system. */
    void failOver(ServedModel model) {
        failover.replace(model);
    }

    /** Logs each misplaced graph once, as long as it exists. */
    private void warnOfMisplacedGraphs() {
        List<String> before = misplaced;
        misplaced = MisplacedGraphs.find(properties.directory());
        misplaced.stream().filter(sentence -> !before.contains(sentence)).forEach(log::warn);
    }

    /** Returns whether the folder of a model cannot be read; such a model does not count as removed. */
    private static boolean isUnreadable(String name, Map<String, List<ModelFile>> found) {
        List<ModelFile> files = found.get(name);
        return files != null && files.isEmpty();
    }

    /** Returns the names in the directory and in the configuration. */
    private Set<String> expected(Set<String> found) {
        Set<String> names = new TreeSet<>(found);
        names.addAll(properties.versions().keySet());
        return names;
    }

    /** Returns the names that are expected, in service or refused. */
    private Set<String> names(Map<String, List<ModelFile>> found) {
        Set<String> names = expected(found.keySet());
        repository.models().forEach(model -> names.add(model.name()));
        failures.models().forEach(model -> names.add(model.name()));
        return names;
    }

    /** A request can load what is missing. */
    private void warnOfUnusable(Path directory) throws IOException {
        try {
            requireUsable(directory);
        } catch (StartUpException e) {
            log.warn("{}: requests can load models that are missing", e.getMessage());
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
        properties.requireServed(models.stream().map(ServedModel::name).toList(), failures.summary());
    }

    private void warnOnce(String text) {
        if (!text.equals(lastWarning)) {
            log.warn(text);
            lastWarning = text;
        }
    }
}
