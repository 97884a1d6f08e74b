package io.draem.runtime.onnx;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How TensorRT builds engines, which takes minutes for a large graph.
 *
 * @param cache directory that keeps engines and timings for the next start; without it they are built at each start,
 *     which takes minutes
 * @param fp16 whether layers may run in half precision: faster, and scores differ from the trainer's
 */
public record TensorRtOptions(@Nullable Path cache, boolean fp16) {

    /** The options where nothing is configured. */
    public static final TensorRtOptions DEFAULT = new TensorRtOptions(null, false);

    /** Returns the options under ONNX Runtime's names. */
    Map<String, String> toProviderOptions() {
        Map<String, String> options = new TreeMap<>();
        options.put("trt_fp16_enable", fp16 ? "1" : "0");
        if (cache != null) {
            String folder = cache.toAbsolutePath().toString();
            options.put("trt_engine_cache_enable", "1");
            options.put("trt_engine_cache_path", folder);
            options.put("trt_timing_cache_enable", "1");
            options.put("trt_timing_cache_path", folder);
        }
        return options;
    }
}
