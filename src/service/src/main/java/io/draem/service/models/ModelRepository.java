package io.draem.service.models;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.context.ApplicationEventPublisher;

/** The models in service. They may change at any time; a {@link ModelLease} keeps the one that a request began with. */
public final class ModelRepository implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ModelRepository.class);

    private final Duration drainLimit;
    private final ApplicationEventPublisher events;
    private volatile Offer offer;
    private Set<String> expected = Set.of();

    private final Set<ServedModel> retiring = ConcurrentHashMap.newKeySet();
    private volatile List<FailedVersion> refused = List.of();
    private volatile boolean loaded;
    private volatile boolean draining;

    /**
     * What is in service, changed as a whole.
     *
     * @param models by name; the first version of each answers requests that name none
     */
    private record Offer(Map<String, List<ServedModel>> models, DefaultModel defaultModel) {}

    /**
     * @param configuredDefault name of the model that answers when a request names none; null for the only one, which
     *     stays the default when others are added
     * @param drainLimit how long waiting requests may take to finish when a model is closed
     */
    public ModelRepository(@Nullable String configuredDefault, Duration drainLimit, ApplicationEventPublisher events) {
        this.offer = new Offer(Map.of(), DefaultModel.of(configuredDefault));
        this.drainLimit = drainLimit;
        this.events = events;
    }

    /** Returns the models that answer when no version is named, by name. */
    public List<ServedModel> models() {
        return offer.models.values().stream().map(versions -> versions.get(0)).toList();
    }

    /** Returns all versions that are loaded, by name; the first of each name answers when no version is named. */
    public List<ServedModel> allVersions() {
        return offer.models.values().stream().flatMap(List::stream).toList();
    }

    /** Returns the versions of one model that are loaded; the first answers when no version is named. */
    public List<ServedModel> versions(String name) {
        return offer.models.getOrDefault(name, List.of());
    }

    /** Returns the versions that ought to be served and are not. */
    public List<FailedVersion> refused() {
        return refused;
    }

    /** Tells whether the models were loaded and have run. */
    public boolean isLoaded() {
        return loaded;
    }

    /** Returns which model answers requests that name none. */
    public DefaultModel defaultModel() {
        return offer.defaultModel;
    }

    /** Tells whether requests that name no model are answered by that name. */
    public boolean isDefault(ServedModel model) {
        return model.name().equals(defaultModel().name());
    }

    /**
     * Takes the model that answers a request, and keeps it open until the lease is closed.
     *
     * @param name name of the model; null for the default
     * @param version its version; null for the one that answers when none is named
     */
    public ModelLease lease(@Nullable String name, @Nullable Integer version) throws ModelSelectionException {
        while (true) {
            ServedModel model = require(name, version);
            if (model.retain()) {
                return new ModelLease(model);
            }
            // It was retired since it was looked up: the next look finds its successor.
        }
    }

    /** Returns the model that {@link #lease} would take, to be described, not run. */
    public ServedModel require(@Nullable String name, @Nullable Integer version) throws ModelSelectionException {
        if (!loaded) {
            throw new ModelSelectionException.NotReady();
        }
        Offer offered = offer;
        Map<String, List<ServedModel>> now = offered.models;
        String wanted = name != null ? name : offered.defaultModel.name();
        if (wanted == null) {
            throw new ModelSelectionException.NotNamed(
                    "Several models are served and none is the default: name one with the parameter model, of "
                            + String.join(", ", now.keySet()));
        }
        List<ServedModel> versions = now.get(wanted);
        if (versions == null) {
            throw new ModelSelectionException.Unknown(
                    name != null || now.isEmpty()
                            ? "There is no model of that name; served are " + String.join(", ", now.keySet())
                            : "The default model " + wanted
                                    + " is not served now: name one with the parameter model, of "
                                    + String.join(", ", now.keySet()));
        }
        return versions.stream()
                .filter(model -> version == null || version == model.version())
                .findFirst()
                .orElseThrow(() -> new ModelSelectionException.Unknown("Version " + version + " of " + wanted
                        + " is not served, but " + (versions.size() == 1 ? "version " : "versions ")
                        + versions.stream()
                                .map(model -> Integer.toString(model.version()))
                                .collect(Collectors.joining(" and "))
                        + (versions.size() == 1 ? " is" : " are")));
    }

    /**
     * Serves these versions of a name from now on. Those that were served before and are not among them are closed once
     * their last request has ended.
     *
     * @param versions the first answers when no version is named; none takes the name out of service
     */
    synchronized void serve(String name, List<ServedModel> versions) {
        List<ServedModel> before = versions(name);
        if (before.equals(versions)) {
            return;
        }
        Map<String, List<ServedModel>> next = new TreeMap<>(offer.models);
        if (versions.isEmpty()) {
            next.remove(name);
        } else {
            next.put(name, List.copyOf(versions));
        }
        if (draining) {
            versions.forEach(ServedModel::refuseNew);
        }
        offer(next);
        List<ServedModel> retired = new ArrayList<>(before);
        retired.removeAll(versions);
        retired.forEach(this::retire);
        if (loaded) {
            events.publishEvent(new ModelEvent.Changed(allVersions()));
        }
    }

    /** Notes the names in the directory and the configuration, also of models that cannot be served. */
    synchronized void expect(Set<String> names) {
        expected = Set.copyOf(names);
        offer(offer.models);
    }

    /** Remembers which versions ought to be served and are not. */
    void refuse(List<FailedVersion> now) {
        refused = List.copyOf(now);
    }

    /** Answers requests from now on. */
    synchronized void ready() {
        loaded = true;
        report(offer.defaultModel);
        events.publishEvent(new ModelEvent.Changed(allVersions()));
    }

    /** Closes a model once nobody holds it. */
    void retire(ServedModel model) {
        retiring.add(model);
        model.unused()
                .thenRunAsync(() -> closeRetired(model), task -> new Thread(task, "close-" + model.name()).start());
        model.release();
    }

    /** Tells whether new requests are refused. */
    boolean isDraining() {
        return draining;
    }

    /** Refuses new requests from now on; those that wait are finished. */
    public synchronized void refuseNew() {
        draining = true;
        offer.models.values().forEach(versions -> versions.forEach(ServedModel::refuseNew));
        retiring.forEach(ServedModel::refuseNew);
    }

    /** Finishes the requests that wait and closes the models. */
    @Override
    public void close() {
        refuseNew();
        allVersions().forEach(this::close);
        List.copyOf(retiring).forEach(this::close);
        offer = new Offer(Map.of(), offer.defaultModel);
    }

    private void offer(Map<String, List<ServedModel>> models) {
        DefaultModel before = offer.defaultModel;
        DefaultModel after = before.among(models.keySet(), expected);
        offer = new Offer(Collections.unmodifiableMap(models), after);
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
                log.error("Model {} still ran after {} and was left open", model, drainLimit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
