package io.draem.runtime.onnx;

/**
 * What graphs run on: the CPU, or one GPU.
 *
 * @param provider what runs them
 * @param number number of the GPU; -1 for the CPU
 * @param concurrentRuns how many runs it does at a time, of all graphs
 * @param exclusive whether no run may be added beside these, however long they last
 */
public record Device(ExecutionProvider provider, int number, int concurrentRuns, boolean exclusive) {}
