package io.draem.service.models;

import io.draem.service.history.ServedChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Loads the versions of a model and offers them to requests. A version is loaded while the current one stays in service, and
 * replaces it after its warm-up; one that cannot be loaded changes nothing. A version that fails on too many of its runs
 * serves only requests that name it until its file changes; so does a {@link Candidate} until it is none.
 */
final class VersionRollout {

    /** Held while the repository is changed, never while a file is read. */
    final Object offering = new Object();

    private final ModelProperties properties;
    private final ModelRepository repository;
    private final VersionLoads loads;
    private final LoadFailures failures;
    private final RolloutReports reports;
    /** Lock per name, held while its versions are loaded; the file system may take long. */
    private final Map<String, Object> loading = new ConcurrentHashMap<>();

    VersionRollout(
            ModelProperties properties,
            ModelRepository repository,
            ModelLoader loader,
            LoadFailures failures,
            RolloutReports reports) {
        this.properties = properties;
        this.repository = repository;
        this.loads = new VersionLoads(loader, failures);
        this.failures = failures;
        this.reports = reports;
    }

    /** Sets the action for each version that starts to fail on too many of its runs; it must be quick. */
    void whenFailing(Consumer<ServedModel> action) {
        loads.whenFailing(action);
    }

    /** Returns the state of the files from which a model was loaded. */
    ModelFile.State source(ServedModel model) {
        return loads.source(model);
    }

    /** Returns the configured versions in order of preference; empty for the highest. */
    List<Integer> configured(String name) {
        return properties.versions().getOrDefault(name, List.of());
    }

    /** Returns the lock that is held while versions of a name are loaded. */
    Object loading(String name) {
        return loading.computeIfAbsent(name, key -> new Object());
    }

    /** Reports the refused versions to the repository. */
    void reportRefused() {
        synchronized (offering) {
            repository.refuse(failures.models());
        }
    }

    /** Makes a change of a model that has another cause than its files alone; one at a time. */
    void because(ServedChange.Cause cause, String name, Runnable change) {
        synchronized (loading(name)) {
            reports.because(cause, name, change);
        }
    }

    /** Returns whether a version is suspended, also one that is not loaded. */
    boolean isSuspended(ModelFile file) {
        return loads.isSuspended(file);
    }

    /**
     * Loads what a scan that found only these files would load, for a cause. Those that were refused are tried again; other
     * versions stay refused, and are not loaded.
     */
    void update(String name, List<ModelFile> files, ServedChange.Cause cause) {
        Set<Integer> others =
                failures.of(name).stream().map(FailedVersion::version).collect(Collectors.toSet());
        files.forEach(file -> others.remove(file.version()));
        failures.keepOnly(name, others);
        try {
            because(cause, name, () -> update(name, files, configured(name), false, others));
        } finally {
            reportRefused();
        }
    }

    /** Loads the configured versions, or the highest that can be served. */
    void update(String name, List<ModelFile> files) {
        update(name, files, configured(name));
    }

    /**
     * Loads versions of a model and offers those that can be served.
     *
     * @param files of the model, highest version first
     * @param named the versions to serve in order of preference; empty for the highest that can be served
     */
    void update(String name, List<ModelFile> files, List<Integer> named) {
        update(name, files, named, false, Set.of());
    }

    /** Loads the {@linkplain #wanted wanted} versions and the candidate of a model, and offers them if all can be served. */
    void require(String name, List<ModelFile> files) {
        List<Integer> wanted =
                wanted(name, files).stream().map(ModelFile::version).toList();
        update(name, files, wanted, true, Set.of());
    }

    /** Returns the versions that should serve, in order of preference: the configured ones, or the highest. */
    List<ModelFile> wanted(String name, List<ModelFile> files) {
        Candidate current = repository.candidate(name);
        return configured(name).isEmpty()
                ? serving(files, current).stream().limit(1).toList()
                : serving(named(name, files, configured(name)), current);
    }

    /** Returns the files of versions that are no candidates. */
    private static List<ModelFile> serving(List<ModelFile> files, @Nullable Candidate current) {
        return files.stream().filter(file -> !CandidateFile.isIn(file, current)).toList();
    }

    private void update(
            String name, List<ModelFile> files, List<Integer> named, boolean all, Set<Integer> stayRefused) {
        synchronized (loading(name)) {
            List<ServedModel> before = repository.versions(name);
            List<ServedModel> usable = new ArrayList<>();
            Set<Integer> tried = new HashSet<>(stayRefused);
            tried.addAll(configured(name));
            tried.addAll(named);
            Candidate current = repository.candidate(name);
            ModelFile highest = files.stream()
                    .filter(file -> CandidateFile.isIn(file, current))
                    .findFirst()
                    .orElse(null);
            Candidate candidate = null;
            try {
                if (named.isEmpty() && !all) {
                    loads.addHighest(serving(files, current), before, current, tried, usable);
                } else {
                    for (ModelFile file : serving(named(name, files, named), current)) {
                        loads.add(file, before, current, usable);
                    }
                }
                if (highest != null) {
                    tried.add(highest.version());
                    candidate = loads.candidate(highest, before, usable, current);
                }
            } catch (RuntimeException | Error e) {
                retireNew(usable, before);
                throw e;
            }
            failures.keepOnly(name, tried);
            boolean changes = !all
                    || !named.isEmpty()
                            && usable.stream().noneMatch(ServedModel::isSuspended)
                            && failures.of(name).stream().noneMatch(failed -> named.contains(failed.version()));
            if (!changes) {
                retireNew(usable, before);
                retireNew(candidate == null ? List.of() : List.of(candidate.model()), before);
            } else {
                offer(name, usable, candidate, files.isEmpty());
            }
        }
    }

    /**
     * Offers versions of a model, failing ones last, and then the candidate, which answers only requests that name it.
     *
     * @param usable versions in order of preference
     * @param candidate offered if another version is; null for none
     * @param removed whether the model has no files any more; otherwise, if no version is usable, the current ones stay
     */
    void offer(String name, List<ServedModel> usable, @Nullable Candidate candidate, boolean removed) {
        synchronized (offering) {
            List<ServedModel> before = repository.versions(name);
            List<ServedModel> after = new ArrayList<>();
            List<ServedModel> failing = new ArrayList<>();
            usable.stream()
                    .filter(model -> candidate == null || candidate.model() != model)
                    .forEach(model -> (model.isFailing() ? failing : after).add(model));
            ServedModel failed = before.isEmpty() || !failing.contains(before.get(0)) ? null : before.get(0);
            if (after.isEmpty() && !removed && failed == null && (failing.isEmpty() || !before.isEmpty())) {
                retireNew(failing, before);
                if (candidate != null) {
                    retireNew(List.of(candidate.model()), before);
                }
                return; // a removed version stays in service until another one can be served
            }
            boolean failsOver = failed != null && !failed.isSuspended() && !after.isEmpty();
            if (failed != null && failsOver) {
                loads.suspend(failed);
            } else if (failed != null && after.isEmpty()) {
                failing.remove(failed); // of failing versions, the current one stays the first
                after.add(failed);
            }
            after.addAll(failing);
            if (candidate != null) {
                after.add(candidate.model());
            }
            repository.serve(name, after, candidate);
            // Keeps the sources of versions that a scan has loaded and not offered yet.
            before.stream().filter(model -> !after.contains(model)).forEach(loads::forget);
            reports.replaced(name, before, after, failsOver ? failed : null);
        }
    }

    private void retireNew(List<ServedModel> models, List<ServedModel> before) {
        for (ServedModel model : models) {
            if (!before.contains(model)) {
                loads.forget(model);
                repository.retire(model);
            }
        }
    }

    /** Returns the files of versions in their order; a version that is not among the files has none. */
    private List<ModelFile> named(String name, List<ModelFile> files, List<Integer> versions) {
        return versions.stream()
                .map(version -> files.stream()
                        .filter(file -> file.version() == version)
                        .findFirst()
                        .orElseGet(() -> new ModelFile(name, version, properties.directory(), ModelFile.State.NONE)))
                .toList();
    }
}
