package io.draem.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ExecutionOptionsTests {

    @Test
    void cudaRoundsNothingAndTakesWhatIsAskedForUnlessToldOtherwise() {
        assertThat(bind(Map.of()).execution().cuda()).isEqualTo(CudaOptions.DEFAULT);
        assertThat(CudaOptions.DEFAULT.toProviderOptions())
                .containsEntry("use_tf32", "0")
                .containsEntry("arena_extend_strategy", "kSameAsRequested")
                .containsEntry("cudnn_conv_algo_search", "HEURISTIC")
                .containsEntry("cudnn_conv_use_max_workspace", "1")
                .doesNotContainKey("gpu_mem_limit");
    }

    @Test
    void readsEveryOptionOfCudaAndTensorRt() {
        Map<String, String> properties = new HashMap<>();
        properties.put("draem.inference.provider", "tensorrt");
        properties.put("draem.inference.devices", "0,2");
        properties.put("draem.inference.cuda.memory-limit", "4GB");
        properties.put("draem.inference.cuda.arena", "next-power-of-two");
        properties.put("draem.inference.cuda.convolution-search", "exhaustive");
        properties.put("draem.inference.cuda.tf32", "true");
        properties.put("draem.inference.tensorrt.cache", "/var/cache/draem");
        properties.put("draem.inference.tensorrt.fp16", "true");
        ExecutionOptions options = bind(properties).execution();
        assertThat(options.devices()).isEqualTo(List.of(0, 2));
        assertThat(options.strict()).isTrue();
        assertThat(options.cuda().toProviderOptions())
                .containsEntry("gpu_mem_limit", "4294967296")
                .containsEntry("arena_extend_strategy", "kNextPowerOfTwo")
                .containsEntry("cudnn_conv_algo_search", "EXHAUSTIVE")
                .containsEntry("use_tf32", "1");
        assertThat(options.tensorRt().toProviderOptions())
                .containsEntry("trt_fp16_enable", "1")
                .containsEntry("trt_engine_cache_enable", "1")
                .containsEntry("trt_engine_cache_path", "/var/cache/draem")
                .containsEntry("trt_timing_cache_path", "/var/cache/draem");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            draem.inference.devices           | 0,0  | each GPU once
            draem.inference.devices           | 65   | between 0 and 64
            draem.inference.cuda.memory-limit | 1MB  | at least 64MB
            """)
    void refusesWhatCannotBeAndNamesTheProperty(String property, String value, String reason) {
        assertThatThrownBy(() -> bind(Map.of(property, value)))
                .rootCause()
                .hasMessageContaining(property)
                .hasMessageContaining(reason);
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

    private static InferenceProperties bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(new HashMap<>(properties)))
                .bindOrCreate("draem.inference", InferenceProperties.class);
    }
}
