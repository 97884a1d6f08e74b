package io.draem.runtime.onnx;

import java.util.List;

/**
 * How graphs are run.
 *
 * @param provider requested provider
 * @param devices numbers of the GPUs; a graph gets a session on each
 * @param cpuThreads threads per run on the CPU
 * @param cpuRuns concurrent runs on the CPU
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
                batchSize,
                batchSize,
                true,
                false,
                CudaOptions.DEFAULT,
                TensorRtOptions.DEFAULT);
    }

    int maxBatchSize(ExecutionProvider on) {
        return on == ExecutionProvider.CPU ? cpuBatchSize : gpuBatchSize;
    }
}
