package io.draem.service.models;

import io.draem.service.history.ServedChange.Cause;
import io.draem.service.history.ServedChange.Reason;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Promotes candidates and takes versions back on request. A request changes the {@link CandidateFile} of a version, so that
 * other replicas and restarts serve the same, and then loads what the files say. Requests are handled one after the other.
 */
public final class RolloutControl {

    private static final Logger log = LoggerFactory.getLogger(RolloutControl.class);

    private final ModelProperties properties;
    private final ModelRepository repository;
    private final ModelUpdater updater;
    private final ModelWatcher watcher;
    private final ModelControl control;

    RolloutControl(
            ModelProperties properties,
            ModelRepository repository,
            ModelUpdater updater,
            ModelWatcher watcher,
            ModelControl control) {
        this.properties = properties;
        this.repository = repository;
        this.updater = updater;
        this.watcher = watcher;
        this.control = control;
    }

    /**
     * What a request has changed.
     *
     * @param served the version that serves now
     * @param before the version that served before; the same where nothing had to be changed
     */
    public record Change(ServedModel served, ServedModel before) {}

    /**
     * Has the candidate of a model serve, and returns once it does. Does nothing if the version that is named serves already.
     *
     * @param version the candidate that the client means; null for whatever version it is
     * @param key name of the key of the request
     * @throws ModelSelectionException if it does not serve; then nothing has changed
     */
    public Change promote(String name, @Nullable Integer version, String key) throws ModelSelectionException {
        return change(name, served -> {
            Candidate candidate = repository.candidate(name);
            if (version != null && served.version() == version) {
                return served;
            }
            if (candidate == null) {
                throw new ModelSelectionException.NoCandidate(
                        "Version " + served.version() + " of " + name + " serves, and no candidate is loaded");
            }
            ServedModel model = candidate.model();
            requireMeant(version, model, "the candidate");
            if (model.version() < served.version()) {
                throw new ModelSelectionException.Conflict("The candidate is version " + model.version() + " of " + name
                        + ", and version " + served.version() + " serves, which is higher: remove the file "
                        + CandidateFile.NAME + " of version " + model.version() + ", and roll that one back");
            }
            if (model.isFailing()) {
                throw new ModelSelectionException.Conflict("The candidate, version " + model.version() + " of " + name
                        + ", failed on " + model.recentFailures() + ": replace its file first");
            }
            log.info("Key {} requests to promote candidate {}", key, model);
            return replace(model, null, new Cause(Reason.PROMOTION, key));
        });
    }

    /**
     * Takes the version that serves back, so that the highest lower one that can be served does, and returns once it does. The
     * version stays loaded for requests that name it.
     *
     * @param version the version in service that the client means; null for whatever version it is
     * @param key name of the key of the request
     * @throws ModelSelectionException if no other version serves; then nothing has changed
     */
    public Change rollback(String name, @Nullable Integer version, String key) throws ModelSelectionException {
        return change(name, served -> {
            requireMeant(version, served, "the version in service");
            Candidate candidate = repository.candidate(name);
            boolean lower = control.files(name).stream()
                    .anyMatch(file -> file.version() < served.version() && !CandidateFile.isIn(file, candidate));
            if (!lower) {
                throw new ModelSelectionException.Conflict("Version " + served.version() + " of " + name
                        + " serves, and the model directory has no lower version that is no candidate: add one, or"
                        + " remove the file " + CandidateFile.NAME + " of the one that should serve");
            }
            log.info("Key {} requests to roll back {}", key, served);
            return replace(served, CandidateFile.TAKEN_BACK, new Cause(Reason.ROLLBACK, key));
        });
    }

    /** Returns the version that serves after a request, made in order with scans and loads. */
    @FunctionalInterface
    private interface Request {

        ServedModel of(ServedModel served) throws ModelSelectionException;
    }

    private Change change(String name, Request request) throws ModelSelectionException {
        if (properties.control() == ModelProperties.Control.NONE) {
            throw new ModelSelectionException.Conflict(
                    "The models of this service stay as they are (draem.models.control=none): set it to poll");
        }
        if (properties.versions().containsKey(name)) {
            throw new ModelSelectionException.Conflict(
                    "draem.models.versions." + name + " names the versions that serve: change that, or leave it out");
        }
        repository.require(name, null);
        AtomicReference<@Nullable Change> change = new AtomicReference<>();
        watcher.load(() -> {
            control.requireNotDraining();
            ServedModel before = repository.require(name, null);
            change.set(new Change(request.of(before), before));
        });
        return Objects.requireNonNull(change.get());
    }

    private static void requireMeant(@Nullable Integer meant, ServedModel model, String role)
            throws ModelSelectionException {
        if (meant != null && meant != model.version()) {
            throw new ModelSelectionException.Conflict("Version " + model.version() + " of " + model.name() + " is "
                    + role + " now, not version " + meant + ": look at the model again");
        }
    }

    /**
     * Changes the file of a version and loads what the files say; both is undone if the version then serves although it was
     * taken back, or does not although it was promoted.
     *
     * @param content null to remove the file, which promotes the version
     */
    private ServedModel replace(ServedModel model, byte @Nullable [] content, Cause cause)
            throws ModelSelectionException {
        Path folder = folder(model);
        requireAsLoaded(model);
        CandidateFile.requireOwnFolder(model, folder, properties.directory());
        byte[] before = CandidateFile.exchange(model, folder, content);
        try {
            apply(model, cause);
        } catch (ModelSelectionException e) { // the directory cannot be read, and nothing was loaded
            CandidateFile.exchange(model, folder, before);
            throw e;
        }
        ServedModel now = repository.require(model.name(), null);
        if ((now.version() == model.version()) == (content == null)) {
            return now;
        }
        List<FailedVersion> refused = repository.refused(model.name());
        CandidateFile.exchange(model, folder, before);
        apply(model, cause);
        now = repository.require(model.name(), null);
        throw new ModelSelectionException.NotLoaded("Version " + now.version() + " of " + now.name()
                + " serves as before, since no other version can be served"
                + (refused.isEmpty()
                        ? ""
                        : ": version " + refused.get(0).version() + ", "
                                + refused.get(0).reason()));
    }

    /** Loads what the files say that were known before and the changed one; files that are new are left to a scan or a load. */
    private void apply(ServedModel changed, Cause cause) throws ModelSelectionException {
        String name = changed.name();
        Map<Integer, ModelFile.State> known = updater.known().getOrDefault(name, Map.of());
        List<ModelFile> files = control.files(name).stream()
                .filter(file ->
                        file.version() == changed.version() || file.state().equals(known.get(file.version())))
                .toList();
        updater.know(name, files);
        updater.rollout().update(name, files, cause);
    }

    private Path folder(ServedModel model) {
        return properties.directory().resolve(model.name()).resolve(Integer.toString(model.version()));
    }

    /** A file that was replaced since would serve without the checks of a scan. */
    private void requireAsLoaded(ServedModel model) throws ModelSelectionException {
        ModelFile.State now = control.files(model.name()).stream()
                .filter(file -> file.version() == model.version())
                .map(ModelFile::state)
                .findFirst()
                .orElse(ModelFile.State.NONE);
        if (!others(now).equals(others(updater.rollout().source(model)))) {
            throw new ModelSelectionException.Conflict("The files of version " + model.version() + " of " + model.name()
                    + " have changed since it was loaded: try again once they are loaded");
        }
    }

    private static Map<String, ModelFile.State.Stamp> others(ModelFile.State state) {
        Map<String, ModelFile.State.Stamp> files = new HashMap<>(state.files());
        files.remove(CandidateFile.NAME);
        return files;
    }
}
