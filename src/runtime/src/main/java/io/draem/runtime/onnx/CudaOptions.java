package io.draem.runtime.onnx;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How CUDA runs graphs. The defaults prefer the trainer's results to speed, and leave unused memory to other programs.
 *
 * @param memoryLimit largest size of the arena on each GPU in bytes; null for no limit
 * @param arena how the arena grows: by the requested size, or in powers of two, which calls the driver less often
 * @param convolutionSearch how cuDNN's algorithms are chosen
 * @param convolutionWorkspace whether the size of an algorithm's workspace is unlimited
 * @param tf32 whether matrix products may round to 10 bits of mantissa: faster, and scores differ from the trainer's in
 *     the third digit
 * @param shrinkArena whether memory is released to the GPU after each run; otherwise it never is
 */
public record CudaOptions(
        @Nullable Long memoryLimit,
        Arena arena,
        ConvolutionSearch convolutionSearch,
        boolean convolutionWorkspace,
        boolean tf32,
        boolean shrinkArena) {

    /** The options where nothing is configured. */
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
        /** The one that cuDNN's heuristics select, without a trial. */
        HEURISTIC,
        /** The fastest in a trial of all at the first run of each batch size, which is in the warm-up. */
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
