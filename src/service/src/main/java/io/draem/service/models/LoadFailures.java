package io.draem.service.models;

import io.draem.service.startup.StartUpException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * The versions that could not be loaded. A failure may pass (memory, a volume), so a version is tried again at the 2nd, 4th,
 * 8th and 16th check after its last failure, then no more until its files change. A failure is logged unless the one before, of
 * the same state of the files, was of the same category.
 */
final class LoadFailures {

    private static final Logger log = LoggerFactory.getLogger(LoadFailures.class);
    private static final int MAX_ATTEMPTS = 5;

    private final ApplicationEventPublisher events;
    private final Map<String, Map<Integer, Failure>> failures = new TreeMap<>();

    LoadFailures(ApplicationEventPublisher events) {
        this.events = events;
    }

    private static final class Failure {

        private final ModelFile.State state;
        private final FailedVersion model;
        private final String remedy;
        private final int attempts;
        private int checksToWait;

        Failure(ModelFile.State state, FailedVersion model, String remedy, int attempts) {
            this.state = state;
            this.model = model;
            this.remedy = remedy;
            this.attempts = attempts;
            this.checksToWait = 1 << attempts;
        }
    }

    /** Returns whether a file should be loaded now; each call counts as a check. */
    synchronized boolean mayTry(ModelFile file) {
        Failure last = find(file);
        if (last == null || !last.state.equals(file.state())) {
            return true;
        }
        if (last.attempts >= MAX_ATTEMPTS) {
            return false;
        }
        last.checksToWait--;
        return last.checksToWait <= 0;
    }

    /** Records that a file could not be loaded. */
    synchronized void add(ModelFile file, ModelLoadException cause, @Nullable ServedModel older) {
        Failure last = find(file);
        if (last != null && !last.state.equals(file.state())) {
            last = null;
        }
        String reason = String.valueOf(cause.getMessage());
        if (last == null || cause.failure() != last.model.failure()) { // a reason may hold a measured time
            log.error(
                    "Model {} version {} is not served{}: {}",
                    file.name(),
                    file.version(),
                    older == null
                            ? ""
                            : older.isKeptOpen()
                                    ? ", its earlier file stays in service"
                                    : ", its earlier file is served while it is open",
                    reason,
                    cause.getCause());
        }
        FailedVersion model = new FailedVersion(file.name(), file.version(), cause.failure(), reason);
        failures.computeIfAbsent(file.name(), name -> new TreeMap<>())
                .put(
                        file.version(),
                        new Failure(file.state(), model, cause.remedy(), last != null ? last.attempts + 1 : 1));
        events.publishEvent(new ModelEvent.LoadFailed(model));
    }

    /** Removes the failures of a file that is served. */
    synchronized void forget(ModelFile file) {
        failures.getOrDefault(file.name(), new TreeMap<>()).remove(file.version());
    }

    /** Removes the failure of a file if it is of a category, whose cause is gone. */
    synchronized void forget(ModelFile file, FailedVersion.Failure failure) {
        Failure last = find(file);
        if (last != null && last.model.failure() == failure) {
            forget(file);
        }
    }

    /** Removes the failures of versions that are no longer wanted. */
    synchronized void keepOnly(String name, Set<Integer> versions) {
        failures.getOrDefault(name, new TreeMap<>()).keySet().retainAll(versions);
    }

    synchronized List<FailedVersion> models() {
        return failures.values().stream()
                .flatMap(versions -> versions.values().stream())
                .map(failure -> failure.model)
                .toList();
    }

    /** Returns whether a version could not be loaded. */
    synchronized boolean has(ModelFile file) {
        return find(file) != null;
    }

    /** Returns the failures of one model. */
    List<FailedVersion> of(String name) {
        return models().stream().filter(model -> model.name().equals(name)).toList();
    }

    /** Returns all reasons in one line, to be appended to a sentence. */
    String summary() {
        return models().stream()
                .map(model -> "; " + model.name() + " version " + model.version() + ": " + model.reason())
                .collect(Collectors.joining());
    }

    /**
     * Ends a start on a provider that does not work.
     *
     * @throws StartUpException if a version was not loaded for this reason
     */
    synchronized void requireProvider() {
        failures.values().stream()
                .flatMap(versions -> versions.values().stream())
                .filter(failure -> failure.model.failure() == FailedVersion.Failure.PROVIDER_UNAVAILABLE)
                .findFirst()
                .ifPresent(failure -> {
                    throw new StartUpException(failure.model.reason(), failure.remedy);
                });
    }

    private @Nullable Failure find(ModelFile file) {
        return failures.getOrDefault(file.name(), Map.of()).get(file.version());
    }
}
