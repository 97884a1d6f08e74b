package io.draem.service.inference;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where graphs run.
 *
 * @param provider what runs them
 * @param device number of the GPU; -1 for the CPU
 * @param runs how many runs there are at a time
 * @param turn by which all graphs there run
 * @param runOptions entries of every run's options, under ONNX Runtime's names
 * @param fallback why it is the CPU though a GPU was looked for; null where it is what was asked for
 */
record Placement(
        ExecutionProvider provider,
        int device,
        int runs,
        DeviceTurn turn,
        Map<String, String> runOptions,
        @Nullable String fallback) {

    static final int NO_DEVICE = -1;

    static Placement cpu(int runs, @Nullable String fallback) {
        return new Placement(ExecutionProvider.CPU, NO_DEVICE, runs, new DeviceTurn(runs), Map.of(), fallback);
    }

    static Placement gpu(ExecutionProvider provider, int device, boolean shrinkArena) {
        Map<String, String> runOptions =
                shrinkArena ? Map.of("memory.enable_memory_arena_shrinkage", "gpu:" + device) : Map.of();
        // Where memory is given back after each run, a run beside a long one could find too little.
        DeviceTurn turn = shrinkArena ? new DeviceTurn(1, DeviceTurn.ALWAYS) : new DeviceTurn();
        return new Placement(provider, device, 1, turn, runOptions, null);
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
