package io.draem.service.models;

import io.draem.model.ModelDirectory;
import io.draem.text.SafeText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replaces a version that fails on too many of its runs by another version of its model. */
final class Failover {

    private static final Logger log = LoggerFactory.getLogger(Failover.class);

    private final ModelProperties properties;
    private final ModelRepository repository;
    private final VersionRollout rollout;
    private final Supplier<Map<String, Map<Integer, ModelFile.State>>> lastSeen;

    /** @param lastSeen the files found by the last scan of the directory, by name and version */
    Failover(
            ModelProperties properties,
            ModelRepository repository,
            VersionRollout rollout,
            Supplier<Map<String, Map<Integer, ModelFile.State>>> lastSeen) {
        this.properties = properties;
        this.repository = repository;
        this.rollout = rollout;
        this.lastSeen = lastSeen;
    }

    /**
     * Replaces a version by another one of its model: immediately if that is loaded, even while the file system delays a scan,
     * otherwise as soon as it has been loaded. Files that are new or still change are left to the next scan. If no other
     * version can be served, the version stays in service.
     */
    void replace(ServedModel model) {
        String name = model.name();
        boolean answers;
        synchronized (rollout.offering) { // otherwise a concurrent scan that replaces versions would be undone
            List<ServedModel> loaded = repository.versions(name);
            if (repository.isDraining() || model.isSuspended() || !loaded.contains(model)) {
                return;
            }
            answers = loaded.get(0) == model;
            rollout.offer(name, inOrder(name, loaded), repository.candidate(name), false);
        }
        if (answers && !model.isSuspended()) {
            loadAnother(model);
        }
        // A scan may have replaced its file meanwhile.
        if (!model.isSuspended()
                && !repository.isDraining()
                && repository.versions(name).contains(model)) {
            log.error(
                    "Model {} failed on {} (draem.models.max-failed-share={}){}: see the errors above, and replace its file",
                    model,
                    model.recentFailures(),
                    properties.maxFailedShare(),
                    answers ? " and stays in service, since no other version can be served" : "");
        }
    }

    private void loadAnother(ServedModel model) {
        String name = model.name();
        synchronized (rollout.loading(name)) {
            List<ServedModel> loaded = repository.versions(name);
            if (repository.isDraining() || model.isSuspended() || !loaded.contains(model)) {
                return;
            }
            List<ModelFile> files = stableFiles(name, loaded);
            Set<Integer> stable = files.stream().map(ModelFile::version).collect(Collectors.toSet());
            List<Integer> named = new ArrayList<>(rollout.configured(name));
            named.retainAll(stable);
            rollout.update(name, files, named);
        }
        rollout.reportRefused();
    }

    /** Returns loaded versions in their configured order. */
    private List<ServedModel> inOrder(String name, List<ServedModel> loaded) {
        List<Integer> order = rollout.configured(name);
        return loaded.stream()
                .sorted(Comparator.comparingInt(model -> order.indexOf(model.version())))
                .toList();
    }

    /** Returns the files of the loaded versions, as loaded, and others that have not changed since the last scan. */
    private List<ModelFile> stableFiles(String name, List<ServedModel> loaded) {
        List<ModelFile> files = new ArrayList<>();
        for (ServedModel model : loaded) {
            Path file =
                    properties.directory().resolve(name + "/" + model.version()).resolve(ModelDirectory.GRAPH);
            files.add(new ModelFile(name, model.version(), file, rollout.source(model)));
        }
        try {
            Map<Integer, ModelFile.State> last = lastSeen.get().getOrDefault(name, Map.of());
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
}
