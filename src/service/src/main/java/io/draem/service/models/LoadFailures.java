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
 * the same state of the files, was of the same kind.
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

        private final FileState state;
        private final FailedVersion model;
        private final int attempts;
        private int looksToWait;

        Failure(FileState state, FailedVersion model, int attempts) {
            this.state = state;
            this.model = model;
            this.attempts = attempts;
            this.looksToWait = 1 << attempts;
        }
    }

    /** Returns whether a file should be tried now; each call counts as a check. */
    synchronized boolean mayTry(ModelFile file) {
        Failure last = find(file);
        if (last == null || !last.state.equals(file.state())) {
            return true;
        }
        if (last.attempts >= MAX_ATTEMPTS) {
            return false;
        }
        last.looksToWait--;
        return last.looksToWait <= 0;
    }

    /** Remembers that a file could not be loaded. */
    synchronized void add(ModelFile file, ModelLoadException cause, boolean olderServes) {
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
                    olderServes ? ", its earlier file serves on" : "",
                    reason,
                    cause.getCause());
        }
        FailedVersion model = new FailedVersion(file.name(), file.version(), cause.failure(), reason);
        failures.computeIfAbsent(file.name(), name -> new TreeMap<>())
                .put(file.version(), new Failure(file.state(), model, last != null ? last.attempts + 1 : 1));
        events.publishEvent(new ModelEvent.LoadFailed(model));
    }

    /** Forgets the failures of a file that is served. */
    synchronized void forget(ModelFile file) {
        failures.getOrDefault(file.name(), new TreeMap<>()).remove(file.version());
    }

    /** Forgets the failures of versions that nobody asks for any more. */
    synchronized void keepOnly(String name, Set<Integer> versions) {
        failures.getOrDefault(name, new TreeMap<>()).keySet().retainAll(versions);
    }

    synchronized List<FailedVersion> models() {
        return failures.values().stream()
                .flatMap(versions -> versions.values().stream())
                .map(failure -> failure.model)
                .toList();
    }

    /** Returns all reasons in one line, to follow a sentence. */
    String summary() {
        return models().stream()
                .map(model -> "; " + model.name() + " version " + model.version() + ": " + model.reason())
                .collect(Collectors.joining());
    }

    /**
     * Stops a start on a provider that does not work.
     *
     * @throws StartUpException if that is why a version was not loaded
     */
    void requireProvider() {
        models().stream()
                .filter(model -> model.failure() == FailedVersion.Failure.PROVIDER_UNAVAILABLE)
                .findFirst()
                .ifPresent(model -> {
                    throw new StartUpException(
                            model.reason(), "Cure the cause, or set draem.inference.provider to auto or cpu");
                });
    }

    private @Nullable Failure find(ModelFile file) {
        return failures.getOrDefault(file.name(), Map.of()).get(file.version());
    }
}
