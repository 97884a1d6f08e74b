package io.draem.service.inference;

/**
 * How graphs are run.
 *
 * @param provider what the operator asked for
 * @param device number of the GPU
 * @param cpuThreads threads of one run on the CPU
 * @param cpuBatchSize largest batch on the CPU
 * @param cudaBatchSize largest batch on a GPU
 */
public record ExecutionOptions(
        ProviderChoice provider, int device, int cpuThreads, int cpuBatchSize, int cudaBatchSize) {

    int maxBatchSize(ExecutionProvider on) {
        return on == ExecutionProvider.CUDA ? cudaBatchSize : cpuBatchSize;
    }
}
