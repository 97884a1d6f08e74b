package io.draem.runtime.onnx;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How CUDA runs graphs; the defaults favour answers that equal the trainer's, and memory that others can use.
 *
 * @param memoryLimit most bytes of the arena on each GPU; null for what there is
 * @param arena how the arena grows: by what is asked for, or in powers of two, which asks the driver less often
 * @param convolutionSearch how cuDNN's algorithms are chosen
 * @param convolutionWorkspace whether an algorithm may take as much memory as it wants
 * @param tf32 whether matrix products may round to 10 bits of mantissa: faster, and scores differ from the trainer's in
 *     the third digit
 * @param shrinkArena whether memory is given back after each run; it never is else
 */
public record CudaOptions(
        @Nullable Long memoryLimit,
        Arena arena,
        ConvolutionSearch convolutionSearch,
        boolean convolutionWorkspace,
        boolean tf32,
        boolean shrinkArena) {

    /** What holds where nothing is configured. */
    public static final CudaOptions DEFAULT =
            new CudaOptions(null, Arena.SAME_AS_REQUESTED, ConvolutionSearch.HEURISTIC, true, false, false);

    /** How an arena grows. */
    public enum Arena {
        SAME_AS_REQUESTED,
        NEXT_POWER_OF_TWO
    }

    /** How the algorithm of a convolution is found. */
    public enum ConvolutionSearch {
        /** The first one of cuDNN. */
        DEFAULT,
        /** At once, by what cuDNN expects. */
        HEURISTIC,
        /** By trying all at the first run of each batch size, which the warm-up takes upon it. */
        EXHAUSTIVE
    }

    /** Returns the options under ONNX Runtime's names. */
    Map<String, String> toProviderOptions() {
        Map<String, String> options = new TreeMap<>();
        options.put("use_tf32", tf32 ? "1" : "0");
        options.put("arena_extend_strategy", arena == Arena.SAME_AS_REQUESTED ? "kSameAsRequested" : "kNextPowerOfTwo");
        options.put("cudnn_conv_algo_search", convolutionSearch.name().toUpperCase(Locale.ROOT));
        options.put("cudnn_conv_use_max_workspace", convolutionWorkspace ? "1" : "0");
        if (memoryLimit != null) {
            options.put("gpu_mem_limit", Long.toString(memoryLimit));
        }
        return options;
    }
}
