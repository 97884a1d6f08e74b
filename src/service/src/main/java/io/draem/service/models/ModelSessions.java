package io.draem.service.models;

import io.draem.frame.FrameSize;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.runtime.onnx.GraphDescription;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.runtime.onnx.ModelOpener;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.runtime.onnx.ProviderUnavailableException;
import io.draem.service.sessions.GraphSessions;
import io.draem.service.sessions.SessionBudget;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Provides the sessions of versions: open ones, warmed up, or with {@link ModelProperties.Loading#ON_DEMAND} such that their
 * first run opens and warms up.
 */
final class ModelSessions {

    private static final Logger log = LoggerFactory.getLogger(ModelSessions.class);

    /**
     * Memory of an open graph as a multiple of its file: 1.6 was measured for the weights and the form in which ONNX Runtime
     * multiplies them.
     */
    private static final int MEMORY_PER_BYTE = 2;

    /** How many times as long a run of the warm-up may take where others run at the same time. */
    private static final int BESIDE_OTHERS = 2;

    private final ModelProperties properties;
    private final Opener opener;
    private final SessionBudget budget;
    private final Duration requestTimeout;

    /** Opens graphs. */
    interface Opener {

        /** Opens a graph on every device and warms it up, as {@link ModelOpener#open} does. */
        List<OnnxModel> open(GraphFile graph) throws GraphRefusedException, ProviderUnavailableException;

        /** Opens a graph beside others that run, as {@link ModelOpener#openOnDemand} does. */
        default List<OnnxModel> openOnDemand(GraphFile graph, boolean first)
                throws GraphRefusedException, ProviderUnavailableException {
            return open(graph);
        }

        /** Describes a graph, as {@link ModelOpener#describe} does. */
        default GraphDescription describe(GraphFile graph) throws GraphRefusedException, ProviderUnavailableException {
            List<OnnxModel> models = open(graph);
            models.forEach(OnnxModel::close);
            return GraphDescription.of(models);
        }
    }

    /**
     * A graph that has been checked.
     *
     * @param runTime time per image on its own; zero if it has not been run
     */
    record Checked(GraphDescription description, GraphSessions<OnnxModel> sessions, Duration runTime) {}

    /** @param requestTimeout longest time of a request; a model that needs longer for one image is refused */
    ModelSessions(ModelProperties properties, Opener opener, SessionBudget budget, Duration requestTimeout) {
        this.properties = properties;
        this.opener = opener;
        this.budget = budget;
        this.requestTimeout = requestTimeout;
    }

    /**
     * Returns the sessions of a version.
     *
     * @throws ModelLoadException if the graph cannot be served
     */
    Checked of(ModelFile file, GraphFile graph)
            throws GraphRefusedException, ProviderUnavailableException, ModelLoadException {
        boolean onDemand = properties.loading() == ModelProperties.Loading.ON_DEMAND
                && !properties.keepOpen().contains(file.name());
        return onDemand ? describe(file, graph) : open(file, graph);
    }

    private Checked open(ModelFile file, GraphFile graph)
            throws GraphRefusedException, ProviderUnavailableException, ModelLoadException {
        long start = System.nanoTime();
        List<OnnxModel> models = opener.open(graph);
        boolean checked = false;
        try {
            GraphDescription description = GraphDescription.of(models);
            requireFrames(description);
            requireMemory(memory(graph, description));
            requireSpeed(models, requestTimeout.toNanos());
            GraphSessions<OnnxModel> sessions =
                    GraphSessions.keptOpen(budget, file.name(), file.version(), memory(graph, description), models);
            checked = true;
            log(file, graph, description, "opened and warmed up", start);
            return new Checked(description, sessions, models.get(0).runTime());
        } finally {
            if (!checked) {
                models.forEach(OnnxModel::close);
            }
        }
    }

    private Checked describe(ModelFile file, GraphFile graph)
            throws GraphRefusedException, ProviderUnavailableException, ModelLoadException {
        long start = System.nanoTime();
        requireMemory(MEMORY_PER_BYTE * graph.bytes());
        GraphDescription description = opener.describe(graph);
        requireFrames(description);
        requireMemory(memory(graph, description));
        GraphFile onDisk = graph.onDisk();
        AtomicBoolean opened = new AtomicBoolean();
        GraphSessions<OnnxModel> sessions = GraphSessions.onDemand(
                budget, file.name(), file.version(), memory(graph, description), () -> openNow(file, onDisk, opened));
        log(file, onDisk, description, "checked, and opened on demand,", start);
        return new Checked(description, sessions, Duration.ZERO);
    }

    private List<OnnxModel> openNow(ModelFile file, GraphFile graph, AtomicBoolean opened)
            throws GraphRefusedException, ProviderUnavailableException, ModelLoadException {
        if (opened.get()) {
            return opener.openOnDemand(graph, false);
        }
        long start = System.nanoTime();
        List<OnnxModel> models = opener.openOnDemand(graph, true);
        boolean checked = false;
        try {
            requireSpeed(models, BESIDE_OTHERS * requestTimeout.toNanos());
            checked = true;
        } finally {
            if (!checked) {
                models.forEach(OnnxModel::close);
            }
        }
        opened.set(true);
        log(file, graph, GraphDescription.of(models), "opened and warmed up for its first request", start);
        return models;
    }

    /** Opens sessions that are not open once, so that a version that does not run replaces none that does. */
    static void tryOut(GraphSessions<OnnxModel> sessions)
            throws GraphRefusedException, ProviderUnavailableException, ModelLoadException {
        try {
            sessions.acquire(() -> true);
            sessions.release();
        } catch (GraphRefusedException | ProviderUnavailableException | ModelLoadException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the memory of an open graph and of the inputs of its runs, in bytes. */
    private static long memory(GraphFile graph, GraphDescription model) {
        FrameSize input = model.card().input();
        long inputs = 3L * Float.BYTES * input.width() * input.height() * model.maxBatchSize();
        return MEMORY_PER_BYTE * graph.bytes() + inputs * model.devices().size();
    }

    private void requireMemory(long bytes) throws ModelLoadException {
        if (bytes > budget.limit()) {
            throw new ModelLoadException(
                    FailedVersion.Failure.OUT_OF_MEMORY,
                    String.format(
                            Locale.ROOT,
                            "it takes about %d MB of memory, more than all models may (draem.models.memory-budget, %d MB):"
                                    + " raise that, or export the model smaller",
                            bytes >> 20,
                            budget.limit() >> 20));
        }
    }

    private static void log(ModelFile file, GraphFile graph, GraphDescription model, String what, long start) {
        log.info(
                "Model {} version {} ({}x{}, {}) runs on {}, {} in {} ms",
                file.name(),
                file.version(),
                model.card().width(),
                model.card().height(),
                graph.digest().substring(0, 19),
                model.provider().id(),
                what,
                (System.nanoTime() - start) / 1_000_000);
    }

    /** The maps of tiles are joined by pixel; where all frames have one size, the region must have a pixel of it. */
    private static void requireFrames(GraphDescription model) throws ModelLoadException {
        FrameSize input = model.card().input();
        FrameSize map = new FrameSize(model.mapWidth(), model.mapHeight());
        Tiling tiling = model.card().framing().tiling();
        if (tiling != null && !map.equals(input)) {
            throw invalid("its tiles have " + input + " pixels and their maps " + map
                    + ": export the model again with maps of the input's size");
        }
        FrameSize frame = tiling == null ? input : tiling.scale().fixed();
        RegionOfInterest region = model.card().framing().region();
        if (region != null
                && frame != null
                && region.at(frame.width(), frame.height()).count() == 0) {
            throw invalid("its region of interest has no pixel of its frames of " + frame
                    + " pixels: export the model again with a larger region");
        }
    }

    private static ModelLoadException invalid(String reason) {
        return new ModelLoadException(FailedVersion.Failure.INVALID_GRAPH, reason);
    }

    /** A model that is too slow would block the device for responses that are all late. */
    private void requireSpeed(List<OnnxModel> models, long nanos) throws ModelLoadException {
        Duration runTime = models.get(0).runTime();
        if (runTime.toNanos() > nanos) {
            throw new ModelLoadException(
                    FailedVersion.Failure.TOO_SLOW,
                    String.format(
                            Locale.ROOT,
                            "one image takes it %.1f s here, longer than a request may (draem.request-timeout, %.1f s):"
                                    + " raise that, give the service more processors or a GPU, or export the model"
                                    + " smaller",
                            runTime.toMillis() / 1e3,
                            requestTimeout.toMillis() / 1e3));
        }
    }
}
