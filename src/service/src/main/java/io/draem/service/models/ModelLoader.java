package io.draem.service.models;

import io.draem.model.ModelDirectory;
import io.draem.runtime.onnx.Device;
import io.draem.runtime.onnx.FileKind;
import io.draem.runtime.onnx.GraphDescription;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.runtime.onnx.ModelInput;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.runtime.onnx.ProviderUnavailableException;
import io.draem.runtime.onnx.Termination;
import io.draem.service.queue.BatchFunction;
import io.draem.service.queue.DeviceScheduler;
import io.draem.service.queue.InferenceException;
import io.draem.service.queue.InferenceQueue;
import io.draem.service.queue.QueueListener;
import io.draem.service.sessions.GraphSessions;
import io.draem.service.sessions.SessionBudget;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Loads a model from a file: reads and checks it, provides its sessions and starts its queue. */
final class ModelLoader {

    private final ModelProperties properties;
    private final ModelSessions sessions;
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

    /**
     * Runs a graph for a queue.
     *
     * @param run number of the session among those of the graph
     * @param device scheduler of the device that the graph runs on, shared by all graphs there
     */
    private record ServedFunction(
            GraphSessions<OnnxModel> sessions, int run, RecentRuns runs, Duration expected, DeviceScheduler device)
            implements BatchFunction<ModelInput, ModelOutput> {

        @Override
        public boolean acquire(BooleanSupplier wanted) throws InferenceException, InterruptedException {
            try {
                boolean open = sessions.acquire(wanted);
                if (open) {
                    runs.opened();
                }
                return open;
            } catch (InterruptedException e) {
                throw e;
            } catch (Throwable e) {
                if (sessions.isEnded()) {
                    throw new InferenceException.ShuttingDown();
                }
                if (e instanceof ModelLoadException
                        || e instanceof GraphRefusedException graph && !graph.isTemporary()) {
                    runs.failedToOpen(e.getMessage());
                }
                throw new InferenceException.NotOpen(e, sessions.retryAfter());
            }
        }

        @Override
        public void release() {
            sessions.release();
        }

        @Override
        public List<ModelOutput> run(List<ModelInput> images, Termination termination) throws Exception {
            return sessions.get(run).run(images, termination);
        }

        @Override
        public void check(ModelOutput output) {
            sessions.get(run).check(output);
        }
    }

    ModelLoader(ModelProperties properties, ModelSessions.Opener opener, SessionBudget budget, QueuePlan queues) {
        this.properties = properties;
        this.sessions = new ModelSessions(properties, opener, budget, queues.requestTimeout());
        this.queues = queues;
    }

    /**
     * Returns the model of a file.
     *
     * @param current the model of an earlier state of the file; returned if the bytes are still the same
     * @param replaces whether another one serves the name, so that this one must run first
     * @throws ModelLoadException if the file cannot be served
     */
    ServedModel load(ModelFile file, @Nullable ServedModel current, boolean replaces) throws ModelLoadException {
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
            return serve(file, graph, replaces);
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

    private ServedModel serve(ModelFile file, GraphFile graph, boolean replaces)
            throws GraphRefusedException, ProviderUnavailableException, ModelLoadException {
        ModelSessions.Checked checked = sessions.of(file, graph);
        GraphDescription description = checked.description();
        RecentRuns runs = new RecentRuns(properties.maxFailedShare(), queues.listener());
        boolean served = false;
        try {
            if (replaces) {
                ModelSessions.tryOut(checked.sessions());
            }
            InferenceQueue.Options options =
                    new InferenceQueue.Options(queues.capacity(), description.maxBatchSize(), queues.maxBatchDelay());
            ServedModel model = new ServedModel(
                    graph.digest(),
                    description,
                    checked.sessions(),
                    InferenceQueue.start(file.name(), functions(checked, runs), options, runs, System::nanoTime),
                    runs);
            served = true;
            return model;
        } finally {
            if (!served) {
                checked.sessions().closeUnused();
            }
        }
    }

    private List<ServedFunction> functions(ModelSessions.Checked checked, RecentRuns runs) {
        List<Device> devices = checked.description().devices();
        return IntStream.range(0, devices.size())
                .mapToObj(run -> new ServedFunction(
                        checked.sessions(),
                        run,
                        runs,
                        // Of one image while the device has its maximum number of concurrent runs.
                        checked.runTime().multipliedBy(devices.get(run).concurrentRuns()),
                        schedulers.computeIfAbsent(devices.get(run), ModelLoader::scheduler)))
                .toList();
    }

    private static DeviceScheduler scheduler(Device device) {
        int runs = device.concurrentRuns();
        return device.exclusive() ? DeviceScheduler.exclusive(runs) : new DeviceScheduler(runs);
    }

    private static ModelLoadException invalid(String reason) {
        return new ModelLoadException(FailedVersion.Failure.INVALID_GRAPH, reason);
    }
}
