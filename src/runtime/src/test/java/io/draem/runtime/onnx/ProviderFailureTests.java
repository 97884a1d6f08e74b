package io.draem.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The texts are those of ONNX Runtime 1.24.1 on machines without the respective part. */
class ProviderFailureTests {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            libcublasLt.so.12 | CUDA 12 runtime
            libcudart.so.12   | CUDA 12 runtime
            libcufft.so.11    | CUDA 12 runtime
            libcudnn.so.9     | cuDNN 9
            libnvinfer.so.10  | TensorRT 10
            libnvonnxparser.so.10 | TensorRT 10
            """)
    void namesTheMissingLibraryAndItsProduct(String library, String piece) {
        String sentence = ProviderFailure.explain("Error code - ORT_FAIL - message:"
                + " /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1957 onnxruntime::Provider&"
                + " onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library"
                + " /tmp/onnxruntime-java123/libonnxruntime_providers_cuda.so with error: "
                + library + ": cannot open shared object file: No such file or directory");
        assertThat(sentence).contains(library, piece, "LD_LIBRARY_PATH").doesNotContain("/tmp", "onnxruntime_src");
    }

    @Test
    void namesTheDriverWhereItsLibraryIsMissing() {
        assertThat(ProviderFailure.explain(
                        "Failed to load library /x/libonnxruntime_providers_cuda.so with error: libcuda.so.1: cannot"
                                + " open shared object file: No such file or directory"))
                .contains("NVIDIA driver", "libcuda.so.1", "--gpus all", "nvidia.com/gpu");
    }

    /** Original texts without a driver, and with a driver that sees no device. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            35: CUDA driver version is insufficient for CUDA runtime version | driver 525 or later
            100: no CUDA-capable device is detected                          | The NVIDIA driver sees no GPU
            """)
    void findsTheNumberInAMessageAboutAnOption(String failure, String meaning) {
        assertThat(ProviderFailure.explain("Error code - ORT_FAIL - message:"
                        + " /onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider_info.cc:60"
                        + " static onnxruntime::CUDAExecutionProviderInfo"
                        + " onnxruntime::CUDAExecutionProviderInfo::FromProviderOptions(const"
                        + " onnxruntime::ProviderOptions&) [ONNXRuntimeError] : 1 : FAIL :"
                        + " provider_options_utils.h:187 Parse Failed to parse provider option \"device_id\": CUDA"
                        + " failure "
                        + failure
                        + " ; GPU=-1 ; hostname=vm ;"
                        + " file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider_info.cc"
                        + " ; line=67 ; expr=cudaGetDeviceCount(&num_devices); \n"))
                .contains(meaning)
                .doesNotContain("onnxruntime_src", "hostname", "device_id");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=0 | driver
            CUDA failure 100: no CUDA-capable device is detected ; GPU=-1                         | sees no GPU
            CUDA failure 101: invalid device ordinal ; GPU=7                                      | draem.inference.devices
            CUDA failure 2: out of memory ; GPU=0                                                 | memory
            """)
    void translatesTheNumbersOfCuda(String text, String meaning) {
        assertThat(ProviderFailure.explain("[ONNXRuntimeError] : 1 : FAIL : " + text))
                .contains(meaning)
                .doesNotContain("ONNXRuntimeError");
    }

    @Test
    void namesBothCausesOfTheSameMessageTheCpuArtifactAndTooLittleSpace() {
        assertThat(ProviderFailure.explain("Error code - ORT_EP_FAIL - message: Failed to find CUDA shared provider"))
                .contains("-Pcpu", "java.io.tmpdir");
    }

    @Test
    void quotesTheFailureOfAGraph() {
        assertThat(ProviderFailure.ofGraph(
                        "This session contains graph nodes that are assigned to the default CPU EP, but"
                                + " fallback to CPU EP has been explicitly disabled by the user."))
                .contains("draem.inference.strict=false");
        assertThat(ProviderFailure.ofGraph("Failed to allocate memory for requested buffer of size 4294967296"))
                .contains("draem.inference.max-batch-size", "draem.inference.cuda.memory-limit");
        assertThat(ProviderFailure.ofGraph("Non-zero status code returned while running Conv node"))
                .isEqualTo("Non-zero status code returned while running Conv node");
    }

    @Test
    void quotesAnUnknownTextWithoutPaths() {
        assertThat(ProviderFailure.explain("Something new in /opt/secret/place.cc:12 went wrong\nsecond line"))
                .contains("Something new in place.cc:12 went wrong")
                .doesNotContain("/opt/secret", "second line");
        assertThat(ProviderFailure.explain(null)).contains("no reason");
    }

    @Test
    void namesThePlatformWithoutALibraryAndOtherwiseTheFailure() {
        UnsatisfiedLinkError failure = new UnsatisfiedLinkError("no onnxruntime in java.library.path");
        assertThat(ProviderFailure.ofLibrary("macOS ARM", failure))
                .startsWith("ONNX Runtime has no native library for macOS ARM")
                .doesNotContain("CUDA", "java.library.path");
        assertThat(ProviderFailure.ofLibrary("Linux ARM", failure))
                .contains("not loaded on Linux ARM (no onnxruntime in", "java.io.tmpdir")
                .doesNotContain("CUDA");
    }
}
