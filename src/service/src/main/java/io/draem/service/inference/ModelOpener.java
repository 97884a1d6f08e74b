package io.draem.service.inference;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import io.draem.model.ModelCard;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens graphs on the provider that the operator asked for. A provider counts as working only after a session was
 * created on it and has run: the list of providers that ONNX Runtime gives names CUDA on machines without a GPU too.
 */
public final class ModelOpener {

    private static final Logger log = LoggerFactory.getLogger(ModelOpener.class);

    private final ExecutionOptions options;
    private @Nullable OrtEnvironment environment;
    private boolean cudaFailed;
    private final Map<ExecutionProvider, DeviceTurn> turns = new EnumMap<>(ExecutionProvider.class);

    public ModelOpener(ExecutionOptions options) {
        this.options = options;
    }

    /**
     * Opens a graph and runs it at every batch size that it will see.
     *
     * @throws GraphRefusedException if the graph does not keep the contract or does not run
     * @throws ProviderUnavailableException if the provider that was asked for does not work
     */
    public synchronized OnnxModel open(GraphFile file) throws GraphRefusedException, ProviderUnavailableException {
        return switch (options.provider()) {
            case CUDA -> openOnCuda(file);
            case CPU -> openOnCpu(file);
            case AUTO -> {
                if (!cudaFailed) {
                    try {
                        requireDriver();
                        yield openOnCuda(file);
                    } catch (ProviderUnavailableException e) {
                        cudaFailed = true;
                        log.warn("Models run on the CPU. {}", e.getMessage());
                    }
                }
                yield openOnCpu(file);
            }
        };
    }

    private OnnxModel openOnCpu(GraphFile file) throws GraphRefusedException, ProviderUnavailableException {
        try (OrtSession.SessionOptions session = sessionOptions(options.cpuThreads())) {
            return open(file, session, ExecutionProvider.CPU);
        } catch (OrtException e) {
            throw refused(e);
        }
    }

    private OnnxModel openOnCuda(GraphFile file) throws GraphRefusedException, ProviderUnavailableException {
        // The GPU does the work: one thread feeds it.
        try (OrtSession.SessionOptions session = sessionOptions(1);
                OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(options.device())) {
            // TF32 has 10 bits of mantissa: scores would differ from the trainer's in the third digit.
            cuda.add("use_tf32", "0");
            session.addCUDA(cuda);
            return open(file, session, ExecutionProvider.CUDA);
        } catch (OrtException e) {
            switch (e.getCode()) {
                case ORT_NO_SUCHFILE, ORT_NO_MODEL, ORT_INVALID_PROTOBUF, ORT_INVALID_GRAPH -> throw refused(e);
                default -> throw new ProviderUnavailableException(ProviderFailure.explain(e.getMessage()));
            }
        }
    }

    private OnnxModel open(GraphFile file, OrtSession.SessionOptions sessionOptions, ExecutionProvider provider)
            throws GraphRefusedException, ProviderUnavailableException, OrtException {
        OrtSession session = environment().createSession(file.graph(), sessionOptions);
        boolean opened = false;
        try {
            ModelCard card = GraphContract.check(session);
            DeviceTurn turn = turns.computeIfAbsent(provider, device -> new DeviceTurn());
            OnnxModel model =
                    OnnxModel.warmedUp(environment(), session, card, provider, options.maxBatchSize(provider), turn);
            opened = true;
            return model;
        } finally {
            if (!opened) {
                session.close();
            }
        }
    }

    private OrtSession.SessionOptions sessionOptions(int threads) throws ProviderUnavailableException, OrtException {
        environment();
        OrtSession.SessionOptions session = new OrtSession.SessionOptions();
        session.setIntraOpNumThreads(threads);
        // Threads that spin between runs would take the processors from decoding.
        session.addConfigEntry("session.intra_op.allow_spinning", "0");
        return session;
    }

    private OrtEnvironment environment() throws ProviderUnavailableException {
        if (environment == null) {
            try {
                // Failures come back as exceptions and are told once, by this service.
                environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "draem");
            } catch (LinkageError | IllegalStateException e) {
                throw new ProviderUnavailableException("The native library of ONNX Runtime was not loaded ("
                        + e.getMessage()
                        + "): it is made for x86-64 Linux and Windows, and needs room in java.io.tmpdir or"
                        + " -Donnxruntime.native.path");
            }
        }
        return environment;
    }

    /** Saves unpacking half a gigabyte of CUDA libraries where no driver can be. */
    private static void requireDriver() throws ProviderUnavailableException {
        boolean linux =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
        if (linux && !Files.exists(Path.of("/dev/nvidiactl")) && !Files.exists(Path.of("/dev/dxg"))) {
            throw new ProviderUnavailableException("No NVIDIA driver is visible (there is neither /dev/nvidiactl nor"
                    + " /dev/dxg): to use a GPU install the driver on the host and give the container access to it;"
                    + " to silence this set draem.inference.provider=cpu");
        }
    }

    private static GraphRefusedException refused(OrtException e) {
        String reason = switch (e.getCode()) {
            case ORT_NO_SUCHFILE -> "a file of the graph is missing";
            case ORT_NO_MODEL, ORT_INVALID_PROTOBUF -> "the file is no ONNX graph, or not a whole one";
            default -> ProviderFailure.oneLine(String.valueOf(e.getMessage()));
        };
        return new GraphRefusedException("ONNX Runtime does not run the graph: " + reason);
    }
}
