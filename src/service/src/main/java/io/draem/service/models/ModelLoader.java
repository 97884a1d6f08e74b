package io.draem.service.models;

import io.draem.frame.FrameSize;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.model.ModelDirectory;
import io.draem.runtime.onnx.Device;
import io.draem.runtime.onnx.FileKind;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOpener;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.runtime.onnx.ProviderUnavailableException;
import io.draem.runtime.onnx.Termination;
import io.draem.service.queue.BatchFunction;
import io.draem.service.queue.DeviceScheduler;
import io.draem.service.queue.InferenceQueue;
import io.draem.service.queue.QueueListener;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads a model from a file: reads and checks it, opens it, warms it up at every batch size and starts its queue. */
final class ModelLoader {

    private static final Logger log = LoggerFactory.getLogger(ModelLoader.class);

    private final ModelProperties properties;
    private final Opener opener;
    private final QueuePlan queues;
    /** One per device, shared by all models there. */
    private final Map<Device, DeviceScheduler> schedulers = new ConcurrentHashMap<>();

    /**
     * Options of the models' queues.
     *
     * @param capacity number of requests that may wait for each model
     * @param maxBatchDelay how long the first request of a batch waits for more
     * @param requestTimeout maximum time of a request; a model that needs longer for one image is refused
     * @param listener receives the events of the queues
     */
    record QueuePlan(int capacity, Duration maxBatchDelay, Duration requestTimeout, QueueListener listener) {}

    /** Opens a graph on every device, as {@link ModelOpener#open} does. */
    interface Opener {
        List<OnnxModel> open(GraphFile graph) throws GraphRefusedException, ProviderUnavailableException;
    }

    /**
     * Runs a graph for a queue.
     *
     * @param device scheduler of the device that the graph runs on, shared by all graphs there
     */
    private record ServedFunction(OnnxModel model, DeviceScheduler device)
            implements BatchFunction<ModelInput, ModelOutput> {

        @Override
        public List<ModelOutput> run(List<ModelInput> images, Termination termination) throws Exception {
            return model.run(images, termination);
        }

        @Override
        public void check(ModelOutput output) {
            model.check(output);
        }

        /** Returns the time of one image while the device has its maximum number of concurrent runs. */
        @Override
        public Duration expected() {
            return model.runTime().multipliedBy(model.device().concurrentRuns());
        }
    }

    ModelLoader(ModelProperties properties, Opener opener, QueuePlan queues) {
        this.properties = properties;
        this.opener = opener;
        this.queues = queues;
    }

    /**
     * Returns the model of a file.
     *
     * @param current the model of an earlier state of the file; returned if the bytes are still the same
     * @throws ModelLoadException if the file cannot be served
     */
    ServedModel load(ModelFile file, @Nullable ServedModel current) throws ModelLoadException {
        if (file.state().equals(ModelFile.State.NONE)) {
            throw new ModelLoadException(
                    FailedVersion.Failure.MISSING, "draem.models.versions names it, but it is not in the directory");
        }
        requireFolder(Objects.requireNonNull(file.path().getParent()));
        try {
            GraphFile graph =
                    GraphFile.read(file.path(), properties.maxFileSize().toBytes());
            if (current != null && current.digest().equals(graph.digest())) {
                return current;
            }
            requireDigest(file, graph.digest());
            return open(file, graph);
        } catch (GraphRefusedException e) {
            throw invalid(Objects.requireNonNull(e.getMessage()));
        } catch (ArithmeticException e) { // the sizes that the graph claims do not fit an array
            throw invalid("its input is too large");
        } catch (ProviderUnavailableException e) {
            throw ModelLoadException.unavailable(e);
        } catch (AccessDeniedException e) {
            throw new ModelLoadException(
                    FailedVersion.Failure.UNREADABLE,
                    e.getMessage() + " is " + FileKind.FORBIDDEN + ": grant that user access");
        } catch (IOException e) {
            throw new ModelLoadException(FailedVersion.Failure.UNREADABLE, "the file cannot be read: " + e);
        } catch (OutOfMemoryError e) {
            throw new ModelLoadException(
                    FailedVersion.Failure.OUT_OF_MEMORY,
                    "there is too little memory for it next to the loaded models: give the JVM more (-Xmx,"
                            + " -XX:MaxDirectMemorySize)");
        } catch (InternalError | UnknownError e) {
            throw e; // the JVM itself is broken
        } catch (RuntimeException | Error e) { // must not prevent the load of other models
            throw ModelLoadException.unexpected(e);
        }
    }

    private static void requireFolder(Path version) throws ModelLoadException {
        FileKind kind = FileKind.of(version);
        if (kind == FileKind.FORBIDDEN) {
            throw new ModelLoadException(
                    FailedVersion.Failure.UNREADABLE, "its folder is " + kind + ": grant that user access");
        }
        if (kind != FileKind.FOLDER && kind != FileKind.MISSING) {
            throw invalid("it is " + kind + ": a version is a folder that holds " + ModelDirectory.GRAPH);
        }
    }

    private void requireDigest(ModelFile file, String digest) throws ModelLoadException {
        String required = properties.requiredDigest(file.name(), file.version());
        if (required != null && !required.equals(digest)) {
            throw new ModelLoadException(
                    FailedVersion.Failure.DIGEST_MISMATCH,
                    "its digest is " + digest + ", but draem.models.sha256 requires " + required);
        }
    }

    private ServedModel open(ModelFile file, GraphFile graph)
            throws GraphRefusedException, ProviderUnavailableException, ModelLoadException {
        long start = System.nanoTime();
        List<OnnxModel> sessions = opener.open(graph);
        boolean served = false;
        try {
            ServedModel model = serve(file, graph, sessions);
            served = true;
            log.info(
                    "Model {} ({}x{}, {}) runs on {}, opened and warmed up in {} ms",
                    model,
                    model.card().width(),
                    model.card().height(),
                    graph.digest().substring(0, 19),
                    model.provider(),
                    (System.nanoTime() - start) / 1_000_000);
            return model;
        } finally {
            if (!served) {
                sessions.forEach(OnnxModel::close);
            }
        }
    }

    private ServedModel serve(ModelFile file, GraphFile graph, List<OnnxModel> sessions) throws ModelLoadException {
        OnnxModel model = sessions.get(0);
        requireFrames(model);
        if (model.runTime().compareTo(queues.requestTimeout()) > 0) {
            throw tooSlow(model.runTime());
        }
        InferenceQueue.Options options =
                new InferenceQueue.Options(queues.capacity(), model.maxBatchSize(), queues.maxBatchDelay());
        RecentRuns runs = new RecentRuns(properties.maxFailedShare(), queues.listener());
        return new ServedModel(
                file.name(),
                file.version(),
                graph.digest(),
                sessions,
                InferenceQueue.start(file.name(), functions(sessions), options, runs, System::nanoTime),
                runs);
    }

    /** The maps of tiles are joined by pixel; where all frames have one size, the region must have a pixel of it. */
    private static void requireFrames(OnnxModel model) throws ModelLoadException {
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

    private List<ServedFunction> functions(List<OnnxModel> sessions) {
        return sessions.stream()
                .map(model ->
                        new ServedFunction(model, schedulers.computeIfAbsent(model.device(), ModelLoader::scheduler)))
                .toList();
    }

    private static DeviceScheduler scheduler(Device device) {
        int runs = device.concurrentRuns();
        return device.exclusive() ? DeviceScheduler.exclusive(runs) : new DeviceScheduler(runs);
    }

    /** A model that is too slow would block the device for responses that are all late. */
    private ModelLoadException tooSlow(Duration runTime) {
        return new ModelLoadException(
                FailedVersion.Failure.TOO_SLOW,
                String.format(
                        Locale.ROOT,
                        "one image takes it %.1f s here, longer than a request may (draem.request-timeout, %.1f s): raise"
                                + " that, give the service more processors or a GPU, or export the model smaller",
                        runTime.toMillis() / 1e3,
                        queues.requestTimeout().toMillis() / 1e3));
    }
}
