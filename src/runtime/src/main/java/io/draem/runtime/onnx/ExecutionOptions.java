package io.draem.runtime.onnx;

import java.util.List;

/**
 * How graphs are run.
 *
 * @param provider what the operator asked for
 * @param devices numbers of the GPUs; a graph gets a session on each
 * @param cpuThreads threads of one run on the CPU
 * @param cpuRuns runs at a time on the CPU
 * @param cpuBatchSize largest batch on the CPU
 * @param gpuBatchSize largest batch on a GPU
 * @param strict whether a graph is refused of which a part would run on the CPU though a GPU was demanded
 */
public record ExecutionOptions(
        ProviderChoice provider,
        List<Integer> devices,
        int cpuThreads,
        int cpuRuns,
        int cpuBatchSize,
        int gpuBatchSize,
        boolean strict,
        CudaOptions cuda,
        TensorRtOptions tensorRt) {

    public ExecutionOptions {
        devices = List.copyOf(devices);
    }

    /** Options for one GPU, or for one run at a time on the CPU, the rest as it is by default. */
    public ExecutionOptions(ProviderChoice provider, int device, int cpuThreads, int cpuBatchSize, int gpuBatchSize) {
        this(
                provider,
                List.of(device),
                cpuThreads,
                1,
                cpuBatchSize,
                gpuBatchSize,
                true,
                CudaOptions.DEFAULT,
                TensorRtOptions.DEFAULT);
    }

    int maxBatchSize(ExecutionProvider on) {
        return on == ExecutionProvider.CPU ? cpuBatchSize : gpuBatchSize;
    }
}
