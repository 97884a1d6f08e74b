package io.draem.service.models;

import io.draem.service.history.ServedChange.Cause;
import io.draem.service.history.ServedChange.Reason;
import java.util.List;
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
    private final RolloutFiles files;

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
        this.files = new RolloutFiles(repository, updater, control);
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
            return replace(RolloutFiles.file(model, files.of(name)), served, null, new Cause(Reason.PROMOTION, key));
        });
    }

    /**
     * Takes the version that serves back, so that the highest lower one that can be served does, and returns once it does. The
     * version stays loaded for requests that name it. Does nothing if the version that is named is a candidate already, and a
     * lower one serves.
     *
     * @param version the version in service that the client means, or the suspended one in whose place it serves; null for the
     *     one in service if none is suspended
     * @param key name of the key of the request
     * @throws ModelSelectionException if no other version serves; then nothing has changed
     */
    public Change rollback(String name, @Nullable Integer version, String key) throws ModelSelectionException {
        return change(name, served -> {
            List<ModelFile> found = files.of(name);
            Candidate candidate = repository.candidate(name);
            if (version != null && version > served.version() && RolloutFiles.isCandidate(found, version, candidate)) {
                return served;
            }
            ModelFile file = meant(version, served, found, candidate);
            boolean lower = found.stream()
                    .anyMatch(other -> other.version() < file.version() && !CandidateFile.isIn(other, candidate));
            if (!lower) {
                throw new ModelSelectionException.Conflict("Version " + served.version() + " of " + name
                        + " serves, and the model directory has no lower version that is no candidate: add one, or"
                        + " remove the file " + CandidateFile.NAME + " of the one that should serve");
            }
            log.info("Key {} requests to roll back version {} of {}", key, file.version(), name);
            return replace(file, served, CandidateFile.TAKEN_BACK, new Cause(Reason.ROLLBACK, key));
        });
    }

    /** Returns the version to be taken back: that in service, or a higher one that would serve if it were not suspended. */
    private ModelFile meant(
            @Nullable Integer version, ServedModel served, List<ModelFile> found, @Nullable Candidate candidate)
            throws ModelSelectionException {
        List<ModelFile> higher = found.stream()
                .filter(file -> file.version() > served.version() && !CandidateFile.isIn(file, candidate))
                .toList();
        if (version != null && !higher.isEmpty() && higher.get(0).version() == version) {
            return higher.get(0);
        }
        for (ModelFile file : higher) {
            ServedModel loaded = files.loaded(file);
            if (version == null && (updater.rollout().isSuspended(file) || loaded != null && loaded.isSuspended())) {
                throw new ModelSelectionException.Conflict("Version " + file.version() + " of " + served.name()
                        + " is suspended, and version " + served.version()
                        + " serves in its place: name the version to be taken back, as in ?version=" + file.version());
            }
        }
        requireMeant(version, served, "the version in service");
        return RolloutFiles.file(served, found);
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
        watcher.roll(name, () -> {
            ServedModel before = repository.require(name, null);
            change.set(new Change(request.of(before), before));
        });
        return Objects.requireNonNull(change.get());
    }

    private static void requireMeant(@Nullable Integer meant, ServedModel model, String role)
            throws ModelSelectionException {
        if (meant != null && meant != model.version()) {
            throw new ModelSelectionException.Conflict("Version " + model.version() + " of " + model.name() + " is "
                    + role + " now, not version " + meant + ": see GET /v1/models/" + model.name());
        }
    }

    /**
     * Changes the file of a version and loads what the files say; both is undone unless the version that was promoted, or one
     * lower than the version that was taken back, serves then.
     *
     * @param served the version that serves now
     * @param content null to remove the file, which promotes the version
     */
    private ServedModel replace(ModelFile file, ServedModel served, byte @Nullable [] content, Cause cause)
            throws ModelSelectionException {
        String name = file.name();
        Candidate candidate = repository.candidate(name);
        files.requireAsLoaded(file);
        CandidateFile.requireOwnFolder(file, properties.directory());
        byte[] before = CandidateFile.exchange(file, content);
        List<FailedVersion> refused;
        boolean done = false;
        try {
            List<ModelFile> eligible = files.eligible(file, file.version());
            synchronized (updater.rollout().loading(name)) {
                requireUnchanged(served, candidate);
                updater.rollout().update(name, eligible, cause);
            }
            ServedModel now = repository.require(name, null);
            done = content == null ? candidate != null && now == candidate.model() : now.version() < file.version();
            if (done) {
                return now;
            }
            refused = repository.refused(name);
        } finally {
            if (!done) {
                undo(file, served, before, cause);
            }
        }
        ServedModel now = repository.require(name, null);
        throw new ModelSelectionException.NotLoaded("Version " + now.version() + " of " + name + " serves "
                + (now == served ? "as before" : "now, in place of version " + served.version())
                + ", since no other version can be served"
                + (refused.isEmpty()
                        ? ""
                        : ": version " + refused.get(0).version() + ", "
                                + refused.get(0).reason()));
    }

    private void undo(ModelFile file, ServedModel served, byte @Nullable [] before, Cause cause)
            throws ModelSelectionException {
        try {
            CandidateFile.exchange(file, before);
        } catch (ModelSelectionException e) {
            log.error(
                    "The file {} of version {} of {} is not as it was before the request: {}",
                    CandidateFile.NAME,
                    file.version(),
                    file.name(),
                    e.getMessage());
            throw e;
        }
        List<ModelFile> eligible = files.eligible(file, served.version());
        synchronized (updater.rollout().loading(file.name())) {
            if (!repository.versions(file.name()).isEmpty()) { // otherwise it was unloaded
                updater.rollout().update(file.name(), eligible, cause);
            }
        }
    }

    /** Requires, while nothing else is loaded or unloaded, that no unload and no failover came before. */
    private void requireUnchanged(ServedModel served, @Nullable Candidate candidate) throws ModelSelectionException {
        List<ServedModel> versions = repository.versions(served.name());
        if (versions.isEmpty()
                || versions.get(0) != served
                || !Objects.equals(repository.candidate(served.name()), candidate)) {
            throw new ModelSelectionException.Conflict("Model " + served.name()
                    + " was unloaded or its versions changed meanwhile: see GET /v1/models/" + served.name());
        }
    }
}
