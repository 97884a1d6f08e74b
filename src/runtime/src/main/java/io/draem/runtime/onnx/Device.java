package io.draem.runtime.onnx;

/**
 * A device that graphs run on: the CPU, or one GPU.
 *
 * @param provider provider that runs them
 * @param number number of the GPU; -1 for the CPU
 * @param concurrentRuns how many runs are executed at a time, of all graphs
 * @param exclusive whether no further run may start during these, however long they take
 */
public record Device(ExecutionProvider provider, int number, int concurrentRuns, boolean exclusive) {}
