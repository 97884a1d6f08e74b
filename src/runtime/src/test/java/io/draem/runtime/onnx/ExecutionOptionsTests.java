package io.draem.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExecutionOptionsTests {

    @Test
    void byDefaultCudaNeitherRoundsNorReservesMemory() {
        assertThat(CudaOptions.DEFAULT.toProviderOptions())
                .containsEntry("use_tf32", "0")
                .containsEntry("arena_extend_strategy", "kSameAsRequested")
                .containsEntry("cudnn_conv_algo_search", "HEURISTIC")
                .containsEntry("cudnn_conv_use_max_workspace", "1")
                .doesNotContainKey("gpu_mem_limit");
    }

    @Test
    void everyOptionOfCudaAndTensorRtHasItsNameInOnnxRuntime() {
        CudaOptions cuda = new CudaOptions(
                4L << 30,
                CudaOptions.Arena.NEXT_POWER_OF_TWO,
                CudaOptions.ConvolutionSearch.EXHAUSTIVE,
                false,
                true,
                false);
        assertThat(cuda.toProviderOptions())
                .containsEntry("gpu_mem_limit", "4294967296")
                .containsEntry("arena_extend_strategy", "kNextPowerOfTwo")
                .containsEntry("cudnn_conv_algo_search", "EXHAUSTIVE")
                .containsEntry("cudnn_conv_use_max_workspace", "0")
                .containsEntry("use_tf32", "1");
        Path cache = Path.of("/var/cache/draem");
        String folder = cache.toAbsolutePath().toString();
        assertThat(new TensorRtOptions(cache, true).toProviderOptions())
                .containsEntry("trt_fp16_enable", "1")
                .containsEntry("trt_engine_cache_enable", "1")
                .containsEntry("trt_engine_cache_path", folder)
                .containsEntry("trt_timing_cache_enable", "1")
                .containsEntry("trt_timing_cache_path", folder);
    }

    @Test
    void theGraphThatProvesAProviderRuns() throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(ProbeGraph.bytes());
                OnnxTensor three =
                        OnnxTensor.createTensor(environment, FloatBuffer.wrap(new float[] {3}), ProbeGraph.SHAPE);
                OrtSession.Result result = session.run(Map.of(ProbeGraph.INPUT, three))) {
            assertThat(((OnnxTensor) result.get(0)).getFloatBuffer().get()).isEqualTo(3f);
        }
    }
}
