package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.runtime.onnx.CudaOptions;
import io.draem.runtime.onnx.ExecutionOptions;
import io.draem.runtime.onnx.ProviderChoice;
import io.draem.runtime.onnx.TensorRtOptions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class InferencePropertiesTests {

    @Test
    void withoutPropertiesGraphsRunAsTheRuntimeDoesByDefault() {
        ExecutionOptions options = bind(Map.of()).execution();
        assertThat(options.cuda()).isEqualTo(CudaOptions.DEFAULT);
        assertThat(options.tensorRt()).isEqualTo(TensorRtOptions.DEFAULT);
        assertThat(options.strict()).isTrue();
    }

    @Test
    void readsEveryOptionOfCudaAndTensorRt() {
        Map<String, String> properties = new HashMap<>();
        properties.put("draem.inference.provider", "tensorrt");
        properties.put("draem.inference.devices", "0,2");
        properties.put("draem.inference.cuda.memory-limit", "4GB");
        properties.put("draem.inference.cuda.arena", "next-power-of-two");
        properties.put("draem.inference.cuda.convolution-search", "exhaustive");
        properties.put("draem.inference.cuda.convolution-workspace", "false");
        properties.put("draem.inference.cuda.tf32", "true");
        properties.put("draem.inference.cuda.shrink-arena", "true");
        properties.put("draem.inference.tensorrt.cache", "/var/cache/draem");
        properties.put("draem.inference.tensorrt.fp16", "true");
        ExecutionOptions options = bind(properties).execution();
        assertThat(options.provider()).isEqualTo(ProviderChoice.TENSORRT);
        assertThat(options.devices()).isEqualTo(List.of(0, 2));
        assertThat(options.strict()).isTrue();
        assertThat(options.cuda())
                .isEqualTo(new CudaOptions(
                        4L << 30,
                        CudaOptions.Arena.NEXT_POWER_OF_TWO,
                        CudaOptions.ConvolutionSearch.EXHAUSTIVE,
                        false,
                        true,
                        true));
        assertThat(options.tensorRt()).isEqualTo(new TensorRtOptions(Path.of("/var/cache/draem"), true));
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

    private static InferenceProperties bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(new HashMap<>(properties)))
                .bindOrCreate("draem.inference", InferenceProperties.class);
    }
}
