package io.draem.runtime.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import java.util.Map;

/** Converts execution options to the options of a session. */
final class SessionSettings {

    private SessionSettings() {}

    /** Returns the options of a session on a device; the caller closes them. */
    static OrtSession.SessionOptions of(ExecutionOptions options, Placement placement) throws OrtException {
        OrtSession.SessionOptions session = new OrtSession.SessionOptions();
        boolean made = false;
        try {
            boolean cpu = placement.device().provider() == ExecutionProvider.CPU;
            // One thread is enough to start the operators of a GPU.
            session.setIntraOpNumThreads(cpu ? options.cpuThreads() : 1);
            // Threads that spin between runs would take processor time from decoding.
            session.addConfigEntry("session.intra_op.allow_spinning", "0");
            if (cpu && !options.cpuArena()) {
                session.setCPUArenaAllocator(false);
                session.setMemoryPatternOptimization(false); // it would plan blocks of the arena
            }
            if (!cpu) {
                addGpu(session, options, placement);
            }
            made = true;
            return session;
        } finally {
            if (!made) {
                session.close();
            }
        }
    }

    /** Returns the options of a session on the CPU that opens fast and is closed soon; the caller closes them. */
    static OrtSession.SessionOptions ofDescription() throws OrtException {
        OrtSession.SessionOptions session = new OrtSession.SessionOptions();
        boolean made = false;
        try {
            session.setIntraOpNumThreads(1);
            session.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            session.addConfigEntry("session.disable_prepacking", "1");
            session.setCPUArenaAllocator(false);
            made = true;
            return session;
        } finally {
            if (!made) {
                session.close();
            }
        }
    }

    private static void addGpu(OrtSession.SessionOptions session, ExecutionOptions options, Placement placement)
            throws OrtException {
        if (options.strict() && options.provider() != ProviderChoice.AUTO) {
            session.addConfigEntry("session.disable_cpu_ep_fallback", "1");
        }
        if (placement.device().provider() == ExecutionProvider.TENSORRT) {
            try (OrtTensorRTProviderOptions tensorRt =
                    new OrtTensorRTProviderOptions(placement.device().number())) {
                for (Map.Entry<String, String> option :
                        options.tensorRt().toProviderOptions().entrySet()) {
                    tensorRt.add(option.getKey(), option.getValue());
                }
                session.addTensorrt(tensorRt);
            }
        }
        // Also after TensorRT: CUDA runs the operators that TensorRT does not support.
        try (OrtCUDAProviderOptions cuda =
                new OrtCUDAProviderOptions(placement.device().number())) {
            for (Map.Entry<String, String> option :
                    options.cuda().toProviderOptions().entrySet()) {
                cuda.add(option.getKey(), option.getValue());
            }
            session.addCUDA(cuda);
        }
    }
}
