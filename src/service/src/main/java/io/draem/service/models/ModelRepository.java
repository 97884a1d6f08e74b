package io.draem.service.models;

import io.draem.service.sessions.SessionBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.context.ApplicationEventPublisher;

/** The models in service. They may change at any time; a {@link ModelLease} keeps the model of a request open. */
public final class ModelRepository implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ModelRepository.class);

    private final Duration drainLimit;
    private final SessionBudget budget;
    private final ApplicationEventPublisher events;
    private volatile Offer offer;
    private Set<String> expected = Set.of();
    private final Set<ServedModel> retiring = ConcurrentHashMap.newKeySet();
    private volatile List<FailedVersion> refused = List.of();
    private volatile boolean loaded;
    private volatile boolean draining;

    /**
     * @param configuredDefault name of the model of requests that name none; null for the only one, which stays the default
     *     when others are added
     * @param drainLimit how long waiting requests may take to complete when a model is closed
     */
    public ModelRepository(
            @Nullable String configuredDefault,
            Duration drainLimit,
            SessionBudget budget,
            ApplicationEventPublisher events) {
        this.offer = new Offer(Map.of(), Map.of(), DefaultModel.of(configuredDefault));
        this.drainLimit = drainLimit;
        this.budget = budget;
        this.events = events;
    }

    /** Returns the versions that serve requests without a version, ordered by name. */
    public List<ServedModel> models() {
        return offer.models().values().stream().map(versions -> versions.get(0)).toList();
    }

    /** Returns all loaded versions, ordered by name; the first of each name serves requests without a version. */
    public List<ServedModel> allVersions() {
        return offer.models().values().stream().flatMap(List::stream).toList();
    }

    /** Returns the loaded versions of one model; the first serves requests without a version. */
    public List<ServedModel> versions(String name) {
        return offer.models().getOrDefault(name, List.of());
    }

    /** Returns the candidate of a model; null if it has none. */
    public @Nullable Candidate candidate(String name) {
        return offer.candidates().get(name);
    }

    /** Returns the versions that should be served and are not. */
    public List<FailedVersion> refused() {
        return refused;
    }

    /** Returns the versions of one model that should be served and are not. */
    public List<FailedVersion> refused(String name) {
        return refused.stream().filter(failed -> failed.name().equals(name)).toList();
    }

    /** Returns whether the models have been loaded: warmed up, or checked to be opened on demand. */
    public boolean isLoaded() {
        return loaded;
    }

    /** Returns the model of requests that name none. */
    public DefaultModel defaultModel() {
        return offer.defaultModel();
    }

    /** Returns whether a model serves requests that name none. */
    public boolean isDefault(ServedModel model) {
        return model.name().equals(defaultModel().name());
    }

    /**
     * Leases the model of a request, which stays open until the lease is closed.
     *
     * @param name name of the model; null for the default
     * @param version its version; null for the first, or the candidate if the routing selects that
     */
    public ModelLease lease(@Nullable String name, @Nullable Integer version, Routing routing)
            throws ModelSelectionException {
        while (true) {
            requireLoaded();
            ServedModel model = offer.route(name, version, routing);
            if (model.retain()) {
                return new ModelLease(model);
            }
            // It was retired after the lookup: the next lookup finds its successor.
        }
    }

    /**
     * Returns a model to be described, not run.
     *
     * @param name name of the model; null for the default
     * @param version its version; null for the first
     */
    public ServedModel require(@Nullable String name, @Nullable Integer version) throws ModelSelectionException {
        requireLoaded();
        return offer.require(name, version);
    }

    private void requireLoaded() throws ModelSelectionException {
        if (!loaded) {
            throw new ModelSelectionException.NotReady();
        }
    }

    /**
     * Replaces the versions of a name. Those that are no longer served are closed once their last request has ended.
     *
     * @param versions the first serves requests without a version; an empty list takes the name out of service
     * @param candidate one of the versions, and not the first; null for none
     */
    synchronized void serve(String name, List<ServedModel> versions, @Nullable Candidate candidate) {
        List<ServedModel> before = versions(name);
        Map<String, Candidate> candidates = new TreeMap<>(offer.candidates());
        if (candidate == null) {
            candidates.remove(name);
        } else {
            candidates.put(name, candidate);
        }
        if (before.equals(versions)) {
            offer(offer.models(), candidates);
            return;
        }
        Map<String, List<ServedModel>> next = new TreeMap<>(offer.models());
        if (versions.isEmpty()) {
            next.remove(name);
        } else {
            next.put(name, List.copyOf(versions));
        }
        if (draining) {
            versions.forEach(ServedModel::refuseNew);
        }
        offer(next, candidates);
        List<ServedModel> retired = new ArrayList<>(before);
        retired.removeAll(versions);
        retired.forEach(this::retire);
        if (loaded) {
            events.publishEvent(new ModelEvent.Changed(allVersions()));
        }
    }

    /** Sets the names in the directory and the configuration, including models that cannot be served. */
    synchronized void expect(Set<String> names) {
        expected = Set.copyOf(names);
        offer(offer.models(), offer.candidates());
    }

    /** Sets the versions that should be served and are not. */
    void refuse(List<FailedVersion> now) {
        refused = List.copyOf(now);
    }

    /** Starts to serve requests. */
    synchronized void ready() {
        loaded = true;
        report(offer.defaultModel());
        events.publishEvent(new ModelEvent.Changed(allVersions()));
    }

    /** Closes a model once no request holds it. */
    void retire(ServedModel model) {
        retiring.add(model);
        model.unused()
                .thenRunAsync(() -> closeRetired(model), task -> new Thread(task, "close-" + model.name()).start());
        model.release();
    }

    /** Returns whether new requests are refused. */
    boolean isDraining() {
        return draining;
    }

    /** Refuses new requests; waiting ones are completed. */
    private synchronized void refuseNew() {
        draining = true;
        offer.models().values().forEach(versions -> versions.forEach(ServedModel::refuseNew));
        retiring.forEach(ServedModel::refuseNew);
    }

    /** Completes waiting requests and closes the models. */
    @Override
    public void close() {
        refuseNew();
        budget.end();
        allVersions().forEach(this::close);
        List.copyOf(retiring).forEach(this::close);
        offer = new Offer(Map.of(), Map.of(), offer.defaultModel());
    }

    private void offer(Map<String, List<ServedModel>> models, Map<String, Candidate> candidates) {
        DefaultModel before = offer.defaultModel();
        DefaultModel after = before.among(models.keySet(), expected);
        offer = new Offer(Collections.unmodifiableMap(models), Collections.unmodifiableMap(candidates), after);
        if (!loaded || after.equals(before)) {
            return;
        }
        if (before.name() != null && !before.name().equals(after.name())) {
            log.warn("The default model is {} from now on, in place of {}", after, before.name());
        } else if (!after.toString().equals(before.toString())) {
            report(after);
        }
    }

    private static void report(DefaultModel model) {
        log.atLevel(model.needsAttention() ? Level.WARN : Level.INFO).log("The default model is {}", model);
    }

    private void closeRetired(ServedModel model) {
        close(model);
        retiring.remove(model);
        log.info("Model {} is closed", model);
    }

    private void close(ServedModel model) {
        try {
            if (!model.close(drainLimit)) {
                log.error("Model {} was still running after {} and stays open", model, drainLimit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
