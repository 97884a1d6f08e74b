package io.draem.service.models;

import io.draem.service.inference.GraphRefusedException;
import io.draem.service.inference.InferenceQueue;
import io.draem.service.inference.ModelOpener;
import io.draem.service.inference.OnnxModel;
import io.draem.service.inference.ProviderUnavailableException;
import io.draem.service.inference.QueueListener;
import io.draem.service.inference.QueueOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The models in service: read from their directory once, at start-up. */
public final class ModelRepository implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ModelRepository.class);

    private final ModelProperties properties;
    private final ModelOpener opener;
    private final QueuePlan queues;
    private volatile Map<String, ServedModel> served = Map.of();
    private volatile List<RefusedModel> refused = List.of();
    private volatile boolean loaded;

    /**
     * How the queues of the models are made.
     *
     * @param capacity how many requests may wait for each model
     * @param maxBatchDelay how long the first request of a batch waits for more
     * @param drainLimit how long waiting requests may take to finish on close
     * @param listener hears what happens in the queues
     */
    record QueuePlan(int capacity, Duration maxBatchDelay, Duration drainLimit, QueueListener listener) {}

    ModelRepository(ModelProperties properties, ModelOpener opener, QueuePlan queues) {
        this.properties = properties;
        this.opener = opener;
        this.queues = queues;
    }

    /**
     * Opens the highest version of each model that can be served.
     *
     * @throws ModelStartUpException if there is none, or the provider that was asked for does not work
     */
    void load() {
        Path directory = properties.directory();
        List<RefusedModel> bad = new ArrayList<>();
        Map<String, ServedModel> good = new TreeMap<>();
        for (List<ModelFile> versions : list(directory).values()) {
            for (ModelFile file : versions) {
                try {
                    good.put(file.name(), open(file));
                    // What is open is closed on shutdown, also when a later model stops the start.
                    served = Map.copyOf(good);
                    break;
                } catch (GraphRefusedException | IOException | ArithmeticException e) {
                    String reason = refusal(e);
                    log.error("Model {} version {} is not served: {}", file.name(), file.version(), reason);
                    bad.add(new RefusedModel(file.name(), file.version(), reason));
                } catch (ProviderUnavailableException e) {
                    throw new ModelStartUpException(
                            Objects.requireNonNull(e.getMessage()),
                            "Cure the cause, or set draem.inference.provider to auto or cpu");
                }
            }
        }
        requireUsable(directory, good, bad);
        refused = List.copyOf(bad);
        loaded = true;
    }

    /** Returns the models in service, by name. */
    public List<ServedModel> models() {
        return served.values().stream()
                .sorted(Comparator.comparing(ServedModel::name))
                .toList();
    }

    /** Returns the versions that are not served and why. */
    public List<RefusedModel> refused() {
        return refused;
    }

    /** Tells whether all models are loaded and have run. */
    public boolean isLoaded() {
        return loaded;
    }

    /** Tells whether that model answers requests that name none. */
    public boolean isDefault(ServedModel model) {
        return model.name().equals(defaultName());
    }

    /**
     * Returns the model that answers a request.
     *
     * @param name name of the model; null for the default
     * @param version its version; null for the one in service
     */
    public ServedModel require(@Nullable String name, @Nullable Integer version) throws ModelSelectionException {
        if (!loaded) {
            throw new ModelSelectionException.NotReady();
        }
        String wanted = name != null ? name : defaultName();
        if (wanted == null) {
            throw new ModelSelectionException.NotNamed(
                    "Several models are served and none is the default: name one with the parameter model, of "
                            + names());
        }
        ServedModel model = served.get(wanted);
        if (model == null) {
            throw new ModelSelectionException.Unknown("There is no model of that name; served are " + names());
        }
        if (version != null && version != model.version()) {
            throw new ModelSelectionException.Unknown(
                    "Version " + version + " of " + wanted + " is not served, but version " + model.version() + " is");
        }
        return model;
    }

    /** Refuses new requests from now on; those that wait are finished. */
    public void refuseNew() {
        served.values().forEach(ServedModel::refuseNew);
    }

    /** Finishes the requests that wait and closes the models. */
    @Override
    public void close() {
        refuseNew();
        try {
            for (ServedModel model : models()) {
                if (!model.close(queues.drainLimit())) {
                    log.error("Model {} still ran after {} and was left open", model.name(), queues.drainLimit());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        served = Map.of();
    }

    private static String refusal(Exception cause) {
        if (cause instanceof IOException) {
            return "the file cannot be read";
        }
        if (cause instanceof ArithmeticException) {
            return "its input is too large"; // the sizes that the graph claims do not fit an array
        }
        return Objects.requireNonNull(cause.getMessage());
    }

    private ServedModel open(ModelFile file) throws GraphRefusedException, ProviderUnavailableException, IOException {
        long start = System.nanoTime();
        String digest = file.digest();
        OnnxModel model = opener.open(file.path());
        QueueOptions options = new QueueOptions(queues.capacity(), model.maxBatchSize(), queues.maxBatchDelay());
        ServedModel opened = new ServedModel(
                file.name(),
                file.version(),
                digest,
                model,
                InferenceQueue.start(file.name(), List.of(model), options, queues.listener(), System::nanoTime));
        log.info(
                "Model {} ({}x{}, {}) runs on {}, opened and warmed up in {} ms",
                opened,
                model.card().width(),
                model.card().height(),
                digest.substring(0, 19),
                model.provider().id(),
                (System.nanoTime() - start) / 1_000_000);
        return opened;
    }

    private void requireUsable(Path directory, Map<String, ServedModel> good, List<RefusedModel> bad) {
        if (good.isEmpty()) {
            String reasons = bad.stream()
                    .map(model -> "; " + model.name() + " version " + model.version() + ": " + model.reason())
                    .collect(Collectors.joining());
            throw new ModelStartUpException(
                    "No model can be served from " + directory.toAbsolutePath() + reasons,
                    "Put a graph at <name>/<version>/model.onnx in that directory, or name another with"
                            + " draem.models.directory");
        }
        String wanted = properties.defaultModel();
        if (wanted != null && !good.containsKey(wanted)) {
            throw new ModelStartUpException(
                    "draem.models.default is '" + wanted + "', but served are " + good.keySet(),
                    "Name one of them, or leave the property out");
        }
    }

    private @Nullable String defaultName() {
        Map<String, ServedModel> now = served;
        return properties.defaultModel() != null || now.size() != 1
                ? properties.defaultModel()
                : now.keySet().iterator().next();
    }

    private String names() {
        return models().stream().map(ServedModel::name).collect(Collectors.joining(", "));
    }

    private static Map<String, List<ModelFile>> list(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new ModelStartUpException(
                    "The model directory " + directory.toAbsolutePath() + " does not exist",
                    "Set draem.models.directory to one that holds <name>/<version>/model.onnx");
        }
        try {
            return ModelFile.list(directory);
        } catch (IOException e) {
            throw new ModelStartUpException(
                    "The model directory " + directory.toAbsolutePath() + " cannot be read: " + e,
                    "Give the user of the service the right to read it");
        }
    }
}
