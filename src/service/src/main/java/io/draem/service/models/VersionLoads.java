package io.draem.service.models;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Loads versions from their files, each once for a state of its files, and knows which are suspended. Versions of a name are
 * loaded by one thread at a time.
 */
final class VersionLoads {

    private final ModelLoader loader;
    private final LoadFailures failures;
    /** State of the files from which each model was loaded. */
    private final Map<ServedModel, ModelFile.State> sources = new ConcurrentHashMap<>();

    private final SuspendedVersions suspended = new SuspendedVersions();
    private volatile Consumer<ServedModel> whenFailing = model -> {};

    VersionLoads(ModelLoader loader, LoadFailures failures) {
        this.loader = loader;
        this.failures = failures;
    }

    /** Sets the action for each version that starts to fail on too many of its runs; it must be quick. */
    void whenFailing(Consumer<ServedModel> action) {
        whenFailing = action;
    }

    /** Returns the state of the files from which a model was loaded. */
    ModelFile.State source(ServedModel model) {
        return sources.getOrDefault(model, ModelFile.State.NONE);
    }

    /** Forgets a model that is not served any more. */
    void forget(ServedModel model) {
        sources.remove(model);
    }

    /** Suspends a version that is served. */
    void suspend(ServedModel model) {
        suspended.add(model, source(model));
    }

    /** Returns whether a version is suspended and its files have not changed since. */
    boolean isSuspended(ModelFile file) {
        return suspended.contains(file);
    }

    /**
     * Adds the highest version that can be served, after the failing ones above it that are loaded.
     *
     * @param files highest version first
     * @param before versions that are served now
     * @param current the candidate now; null for none
     * @param tried the versions that were looked at are added to it
     */
    void addHighest(
            List<ModelFile> files,
            List<ServedModel> before,
            @Nullable Candidate current,
            Set<Integer> tried,
            List<ServedModel> usable) {
        List<ModelFile> closed = new ArrayList<>();
        for (ModelFile file : files) {
            tried.add(file.version());
            if (suspended.contains(file) && loaded(file, before) == null) {
                closed.add(file);
                continue;
            }
            add(file, before, current, usable);
            if (!usable.isEmpty() && !usable.get(usable.size() - 1).isFailing()) {
                return;
            }
        }
        for (ModelFile file : closed) {
            if (before.isEmpty() && usable.isEmpty()) { // otherwise another version serves
                add(file, before, current, usable);
            }
        }
    }

    /** Adds a version if it can be served; a candidate is not promoted while its files cannot be. */
    void add(ModelFile file, List<ServedModel> before, @Nullable Candidate current, List<ServedModel> usable) {
        ServedModel model = serve(file, before);
        boolean promoted = current != null && current.model() == model;
        if (model != null && !(promoted && failures.has(file))) {
            usable.add(model);
        }
    }

    /**
     * Returns a candidate; null if it cannot be served, or there is none to compare it with.
     *
     * @param before versions that are served now
     * @param usable versions that will be served; empty if those before stay
     * @param current the candidate now, which stays if its file cannot be read; null for none
     */
    @Nullable
    Candidate candidate(
            ModelFile file, List<ServedModel> before, List<ServedModel> usable, @Nullable Candidate current) {
        ServedModel loaded = loaded(file, before);
        boolean stays = current != null && current.model() == loaded;
        try {
            CandidateFile.Shares shares = CandidateFile.read(file);
            if (usable.isEmpty() && !stays) {
                throw new ModelLoadException(
                        FailedVersion.Failure.CANDIDATE,
                        "it is a candidate, and no other version serves requests: remove its file " + CandidateFile.NAME
                                + " for it to serve them");
            }
            failures.forget(file, FailedVersion.Failure.CANDIDATE);
            ServedModel model = serve(file, before);
            return model == null ? null : new Candidate(model, shares);
        } catch (ModelLoadException e) {
            if (failures.mayTry(file)) {
                failures.add(file, e, loaded);
            }
            return stays ? current : null;
        }
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
}
