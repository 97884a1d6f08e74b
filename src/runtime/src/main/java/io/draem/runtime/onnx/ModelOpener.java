package io.draem.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import io.draem.text.NativeLibrary;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens graphs on the requested provider. A provider counts as working once {@link ProbeGraph} has run on it: ONNX Runtime
 * lists CUDA also on machines without a GPU, and another graph may fail for reasons of its own.
 */
public final class ModelOpener {

    private static final Logger log = LoggerFactory.getLogger(ModelOpener.class);

    private final ExecutionOptions options;
    /** Far longer than a warm-up takes: a graph that does not return must not block the others. */
    private static final Duration WARM_UP_WAIT = Duration.ofSeconds(30);

    /** Held while a graph warms up: a concurrent warm-up would increase the run time that is measured. */
    private final ReentrantLock warmingUp = new ReentrantLock();

    private final Duration warmUpWait;

    private @Nullable OrtEnvironment environment;
    private @Nullable List<Placement> proven;

    public ModelOpener(ExecutionOptions options) {
        this(options, WARM_UP_WAIT);
    }

    /**
     * Opens graphs.
     *
     * @param warmUpWait longest wait of a graph for the warm-up of another one
     */
    ModelOpener(ExecutionOptions options, Duration warmUpWait) {
        this.options = options;
        this.warmUpWait = warmUpWait;
    }

    /**
     * Opens a graph on every device and runs it at every batch size that it will see. Graphs that several threads open are
     * run one after the other; a warm-up of more than 30 seconds delays the others no further.
     *
     * @return one per concurrent run
     * @throws GraphRefusedException if the graph does not keep the contract or does not run
     * @throws ProviderUnavailableException if the requested provider does not work
     */
    public List<OnnxModel> open(GraphFile file) throws GraphRefusedException, ProviderUnavailableException {
        return open(file, options.warmUp(), true);
    }

    /**
     * Opens a graph as {@link #open} does, without waiting for other warm-ups.
     *
     * @param first whether it has not been opened before; another time it is warmed up only on a GPU, where each session
     *     chooses its algorithms
     */
    public List<OnnxModel> openOnDemand(GraphFile file, boolean first)
            throws GraphRefusedException, ProviderUnavailableException {
        boolean cpu = placements().get(0).device().provider() == ExecutionProvider.CPU;
        return open(file, options.warmUp() && (first || !cpu), false);
    }

    private List<OnnxModel> open(GraphFile file, boolean warmUp, boolean alone)
            throws GraphRefusedException, ProviderUnavailableException {
        List<OnnxModel> opened = new ArrayList<>();
        boolean complete = false;
        try {
            for (Placement placement : placements()) {
                OnnxModel model = open(file, placement, warmUp, alone);
                opened.add(model);
                while (opened.size() % placement.device().concurrentRuns() != 0) {
                    opened.add(model.newRunner());
                }
            }
            complete = true;
        } catch (OrtException | RunFailedException e) {
            throw refused(e);
        } finally {
            if (!complete) {
                opened.forEach(OnnxModel::close);
            }
        }
        return opened;
    }

    /**
     * Describes a graph without opening it on its device: it is checked against the contract, and neither warmed up nor kept
     * open.
     *
     * @throws GraphRefusedException if the graph does not keep the contract
     * @throws ProviderUnavailableException if the requested provider does not work
     */
    public GraphDescription describe(GraphFile file) throws GraphRefusedException, ProviderUnavailableException {
        List<Placement> placements = placements();
        int batch = options.maxBatchSize(placements.get(0).device().provider());
        try {
            return GraphDescription.of(file, Objects.requireNonNull(environment), batch, placements);
        } catch (OrtException | RunFailedException e) {
            throw refused(e);
        }
    }

    private OnnxModel open(GraphFile file, Placement placement, boolean warmUp, boolean alone)
            throws GraphRefusedException, RunFailedException, OrtException {
        OrtSession session;
        try (OrtSession.SessionOptions sessionOptions = SessionSettings.of(options, placement)) {
            session = file.createSession(Objects.requireNonNull(environment), sessionOptions);
        }
        boolean opened = false;
        try {
            GraphContract.Signature signature = GraphContract.check(session);
            int batch = signature.maxBatchSize(
                    options.maxBatchSize(placement.device().provider()));
            OnnxModel model = warmUp
                    ? warmUp(session, signature, placement, batch, alone)
                    : OnnxModel.of(Objects.requireNonNull(environment), session, signature, placement, batch);
            opened = true;
            return model;
        } finally {
            if (!opened) {
                session.close();
            }
        }
    }

    private OnnxModel warmUp(
            OrtSession session, GraphContract.Signature signature, Placement placement, int batch, boolean alone)
            throws OrtException, RunFailedException, GraphRefusedException {
        boolean locked = alone && awaitWarmUps();
        try {
            return OnnxModel.warmedUp(Objects.requireNonNull(environment), session, signature, placement, batch);
        } finally {
            if (locked) {
                warmingUp.unlock();
            }
        }
    }

    /** Waits until no graph warms up; returns false if one still does after the limit or on an interrupt. */
    private boolean awaitWarmUps() {
        try {
            return warmingUp.tryLock(warmUpWait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Returns where graphs run, one per GPU or the CPU alone; the provider is proven at the first call. */
    private synchronized List<Placement> placements() throws ProviderUnavailableException {
        if (proven == null) {
            loadLibrary();
            proven = switch (options.provider()) {
                case CPU -> cpu(null);
                case CUDA -> gpus(ExecutionProvider.CUDA);
                case TENSORRT -> gpus(ExecutionProvider.TENSORRT);
                case AUTO -> supportsGpus() ? gpusOrCpu() : cpu(null);
            };
        }
        return proven;
    }

    private List<Placement> gpusOrCpu() {
        try {
            ProviderFailure.requireDriver();
            return gpus(ExecutionProvider.CUDA);
        } catch (ProviderUnavailableException e) {
            log.warn("Models run on the CPU. {}", e.getMessage());
            return cpu(e.getMessage());
        }
    }

    /** Returns whether the artifact of ONNX Runtime on the class path supports GPUs, with or without one present. */
    private static boolean supportsGpus() {
        return OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA);
    }

    private List<Placement> cpu(@Nullable String fallback) {
        return List.of(Placement.cpu(options.cpuRuns(), fallback));
    }

    private List<Placement> gpus(ExecutionProvider provider) throws ProviderUnavailableException {
        List<Placement> gpus = new ArrayList<>();
        for (int device : options.devices()) {
            Placement gpu = Placement.gpu(provider, device, options.cuda().shrinkArena());
            prove(gpu);
            gpus.add(gpu);
        }
        return List.copyOf(gpus);
    }

    private void prove(Placement placement) throws ProviderUnavailableException {
        OrtEnvironment ort = Objects.requireNonNull(environment);
        try (OrtSession.SessionOptions sessionOptions = SessionSettings.of(options, placement);
                OrtSession session = ort.createSession(ProbeGraph.bytes(), sessionOptions);
                OnnxTensor input = OnnxTensor.createTensor(ort, FloatBuffer.allocate(1), ProbeGraph.SHAPE)) {
            session.run(Map.of(ProbeGraph.INPUT, input)).close();
        } catch (OrtException e) {
            throw new ProviderUnavailableException(ProviderFailure.explain(e.getMessage()), false);
        }
    }

    private void loadLibrary() throws ProviderUnavailableException {
        if (environment == null) {
            try {
                // Failures are thrown as exceptions and logged once, by the calling code.
                environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "draem");
            } catch (LinkageError | IllegalStateException e) {
                throw new ProviderUnavailableException(ProviderFailure.ofLibrary(NativeLibrary.platform(), e), true);
            }
        }
    }

    private GraphRefusedException refused(Exception e) {
        OrtException.OrtErrorCode code = e instanceof OrtException ort ? ort.getCode() : null;
        String reason = code == OrtException.OrtErrorCode.ORT_NO_SUCHFILE
                ? "a file of the graph is missing"
                : code == OrtException.OrtErrorCode.ORT_NO_MODEL
                                || code == OrtException.OrtErrorCode.ORT_INVALID_PROTOBUF
                        ? "the file is not an ONNX graph, or is incomplete"
                        : reason(e);
        boolean temporary = ProviderFailure.isOutOfMemory(String.valueOf(e.getMessage()));
        return new GraphRefusedException("ONNX Runtime does not run the graph: " + reason, temporary);
    }

    private String reason(Exception e) {
        String message = String.valueOf(e.getMessage());
        return options.provider() == ProviderChoice.CPU
                ? ProviderFailure.oneLine(message)
                : ProviderFailure.ofGraph(message);
    }
}
