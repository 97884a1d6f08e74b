package io.draem.service.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of a model from which a promotion or a rollback may load versions. */
final class RolloutFiles {

    private final ModelRepository repository;
    private final ModelUpdater updater;
    private final ModelControl control;

    RolloutFiles(ModelRepository repository, ModelUpdater updater, ModelControl control) {
        this.repository = repository;
        this.updater = updater;
        this.control = control;
    }

    /** Returns the files of a model as they are now, highest version first. */
    List<ModelFile> of(String name) throws ModelSelectionException {
        return control.files(name);
    }

    /** Returns whether a version is among files and a candidate. */
    static boolean isCandidate(List<ModelFile> files, int version, @Nullable Candidate candidate) {
        return files.stream().anyMatch(file -> file.version() == version && CandidateFile.isIn(file, candidate));
    }

    /**
     * Returns the files from which a change may load, and has them known. Of versions above the highest that may serve these
     * are the ones that are loaded and do not serve; files that are new or have changed are left to a scan or a load.
     *
     * @param changed the version whose file was changed
     * @param highest the highest version that may serve
     */
    List<ModelFile> eligible(ModelFile changed, int highest) throws ModelSelectionException {
        String name = changed.name();
        Candidate candidate = repository.candidate(name);
        Map<Integer, ModelFile.State> known = updater.known().getOrDefault(name, Map.of());
        List<ModelFile> all = new ArrayList<>();
        List<ModelFile> eligible = new ArrayList<>();
        for (ModelFile file : of(name)) {
            boolean isChanged = file.version() == changed.version();
            ModelFile.State last = isChanged ? file.state() : known.get(file.version());
            if (last != null) {
                all.add(file.in(last));
            }
            ServedModel loaded = loaded(file);
            boolean lower = file.version() <= highest;
            if (isChanged && loaded != null || lower && file.state().equals(last)) {
                eligible.add(file);
            } else if (loaded != null
                    && (lower || loaded.isFailing() || candidate != null && candidate.model() == loaded)) {
                eligible.add(file.in(updater.rollout().source(loaded)));
            }
        }
        if (eligible.isEmpty()) { // would unload the model
            throw changed(changed);
        }
        updater.know(name, all);
        return eligible;
    }

    /** Returns the loaded version of a file; null for none. */
    @Nullable
    ServedModel loaded(ModelFile file) {
        return repository.versions(file.name()).stream()
                .filter(model -> model.version() == file.version())
                .findFirst()
                .orElse(null);
    }

    /** Returns the file of a loaded version. */
    static ModelFile file(ServedModel model, List<ModelFile> files) throws ModelSelectionException {
        for (ModelFile file : files) {
            if (file.version() == model.version()) {
                return file;
            }
        }
        throw new ModelSelectionException.Conflict("The files of version " + model.version() + " of " + model.name()
                + " are not in the model directory any more");
    }

    /** A file that was replaced since would serve without the checks of a scan. */
    void requireAsLoaded(ModelFile file) throws ModelSelectionException {
        ServedModel loaded = loaded(file);
        ModelFile.State before = loaded != null
                ? updater.rollout().source(loaded)
                : updater.known()
                        .getOrDefault(file.name(), Map.of())
                        .getOrDefault(file.version(), ModelFile.State.NONE);
        if (!file.state().without(CandidateFile.NAME).equals(before.without(CandidateFile.NAME))) {
            throw changed(file);
        }
    }

    private static ModelSelectionException changed(ModelFile file) {
        return new ModelSelectionException.Conflict("The files of version " + file.version() + " of " + file.name()
                + " have changed since it was loaded: try again once they are loaded");
    }
}
