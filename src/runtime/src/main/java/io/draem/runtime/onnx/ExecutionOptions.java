package io.draem.runtime.onnx;

import java.util.List;

/**
 * How graphs are run.
 *
 * @param provider requested provider
 * @param devices numbers of the GPUs; a graph gets a session on each
 * @param cpuThreads threads per run on the CPU
 * @param cpuRuns concurrent runs on the CPU
 * @param cpuArena whether a session on the CPU keeps the memory of its largest run for the next one: faster for large
 *     inputs, and more memory for each session
 * @param cpuBatchSize largest batch on the CPU
 * @param gpuBatchSize largest batch on a GPU
 * @param strict whether a graph is refused if a part of it would run on the CPU although a GPU is required
 * @param warmUp whether a graph runs at every batch size, and its results are checked, before it is returned
 */
public record ExecutionOptions(
        ProviderChoice provider,
        List<Integer> devices,
        int cpuThreads,
        int cpuRuns,
        boolean cpuArena,
        int cpuBatchSize,
        int gpuBatchSize,
        boolean strict,
        boolean warmUp,
        CudaOptions cuda,
        TensorRtOptions tensorRt) {

    public ExecutionOptions {
        devices = List.copyOf(devices);
    }

    /** Options for one GPU, or for one concurrent run on the CPU, with defaults for the rest. */
    public ExecutionOptions(ProviderChoice provider, int device, int cpuThreads, int cpuBatchSize, int gpuBatchSize) {
        this(
                provider,
                List.of(device),
                cpuThreads,
                1,
                true,
                cpuBatchSize,
                gpuBatchSize,
                true,
                true,
                CudaOptions.DEFAULT,
                TensorRtOptions.DEFAULT);
    }

    /** Options for one concurrent run on the CPU, of at most {@code batchSize} images, without warm-up. */
    public static ExecutionOptions cpu(int threads, int batchSize) {
        return new ExecutionOptions(
                ProviderChoice.CPU,
                List.of(0),
                threads,
                1,
                true,
                batchSize,
                batchSize,
                true,
                false,
                CudaOptions.DEFAULT,
                TensorRtOptions.DEFAULT);
    }

    /** Returns these options with sessions that keep no memory between their runs on the CPU, for many that are open. */
    public ExecutionOptions withoutCpuArena() {
        return new ExecutionOptions(
                provider,
                devices,
                cpuThreads,
                cpuRuns,
                false,
                cpuBatchSize,
                gpuBatchSize,
                strict,
                warmUp,
                cuda,
                tensorRt);
    }

    int maxBatchSize(ExecutionProvider on) {
        return on == ExecutionProvider.CPU ? cpuBatchSize : gpuBatchSize;
    }
}
