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

/** Lets another version of a model answer in place of one that fails on too many of its runs. */
final class Failover {

    private static final Logger log = LoggerFactory.getLogger(Failover.class);

    private final ModelProperties properties;
    private final ModelRepository repository;
    private final VersionRollout rollout;
    private final Supplier<Map<String, Map<Integer, FileState>>> lastSeen;

    /** @param lastSeen the files that the last look at the directory saw, by name and version */
    Failover(
            ModelProperties properties,
            ModelRepository repository,
            VersionRollout rollout,
            Supplier<Map<String, Map<Integer, FileState>>> lastSeen) {
        this.properties = properties;
        this.repository = repository;
        this.rollout = rollout;
        this.lastSeen = lastSeen;
    }

    /**
     * Lets another version answer in place of one that fails on too many of its runs: at once where it is loaded, also
     * while a look is held up by the file system, and else as soon as it has been loaded. Files that are new or still
     * change are left to the next look. If no other version can be served, it keeps answering.
     */
    void replace(ServedModel model) {
        String name = model.name();
        boolean answers;
        synchronized (rollout.offering) { // a look that replaces versions in between would be undone
            List<ServedModel> loaded = repository.versions(name);
            if (repository.isDraining() || model.isSuspended() || !loaded.contains(model)) {
                return;
            }
            answers = loaded.get(0) == model;
            rollout.offer(name, inOrder(name, loaded), false);
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
        synchronized (rollout.loading(name)) {
            List<ServedModel> loaded = repository.versions(name);
            if (repository.isDraining() || model.isSuspended() || !loaded.contains(model)) {
                return;
            }
            List<ModelFile> files = restingFiles(name, loaded);
            Set<Integer> resting = files.stream().map(ModelFile::version).collect(Collectors.toSet());
            List<Integer> named = new ArrayList<>(rollout.configured(name));
            named.retainAll(resting);
            rollout.update(name, files, named);
        }
        rollout.reportRefused();
    }

    /** Returns loaded versions in the order in which they are to answer. */
    private List<ServedModel> inOrder(String name, List<ServedModel> loaded) {
        List<Integer> order = rollout.configured(name);
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
            files.add(new ModelFile(name, model.version(), file, rollout.source(model)));
        }
        try {
            Map<Integer, FileState> last = lastSeen.get().getOrDefault(name, Map.of());
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
