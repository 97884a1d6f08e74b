package io.draem.runtime.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where graphs run.
 *
 * @param device device that they run on
 * @param runOptions entries of every run's options, under ONNX Runtime's names
 * @param fallback why it is the CPU instead of a GPU; null where it is as requested
 */
record Placement(
        Device device,
        Map<String, String> runOptions,
        @Nullable String fallback) {

    private static final int NO_GPU = -1;

    static Placement cpu(int runs, @Nullable String fallback) {
        return new Placement(new Device(ExecutionProvider.CPU, NO_GPU, runs, false), Map.of(), fallback);
    }

    static Placement gpu(ExecutionProvider provider, int number, boolean shrinkArena) {
        Map<String, String> runOptions =
                shrinkArena ? Map.of("memory.enable_memory_arena_shrinkage", "gpu:" + number) : Map.of();
        // Where each run releases its memory, a run during a long one could find too little.
        return new Placement(new Device(provider, number, 1, shrinkArena), runOptions, null);
    }

    /** Returns the options of one run; the caller closes them. */
    OrtSession.RunOptions newRunOptions() throws OrtException {
        OrtSession.RunOptions options = new OrtSession.RunOptions();
        for (Map.Entry<String, String> entry : runOptions.entrySet()) {
            options.addRunConfigEntry(entry.getKey(), entry.getValue());
        }
        return options;
    }
}
