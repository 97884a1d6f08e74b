package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.draem.testing.BoundedProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Starts the real service with {@code draem.inference.provider=cuda} where a piece is missing, and reads what an operator
 * would. Most of it needs CUDA's libraries, which pip has for machines without a GPU too:
 *
 * <pre>{@code
 * python3 -m venv VENV && VENV/bin/pip install nvidia-{cublas,cudnn,cufft,curand,cuda-runtime,nvjitlink,cuda-nvrtc}-cu12
 * ./mvnw -pl src/service -am test -Dtest=CudaStartTests -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dcuda.libraries=VENV/lib/python3.11/site-packages/nvidia
 * }</pre>
 */
@Tag("slow")
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
@Timeout(300)
class CudaStartTests {

    private static final String WHEELS = "cuda.libraries";
    private static final String NO_WHEELS =
            "Needs CUDA's libraries: -Dcuda.libraries=DIR with the folders of NVIDIA's wheels";

    @TempDir
    Path directory;

    @BeforeEach
    void requireNoGpu() {
        assumeTrue(
                getClass().getResource("/ai/onnxruntime/native/linux-x64/libonnxruntime_providers_cuda.so") != null,
                "Skipped: this build has ONNX Runtime for processors (-Pcpu)");
        assumeFalse(Files.exists(Path.of("/dev/nvidiactl")), "Skipped: this machine has a GPU");
    }

    @Test
    void withADriverAndNoCudaTheLibraryIsNamed() throws Exception {
        String said = start(Map.of("LD_LIBRARY_PATH", driver().toString()));
        assertThat(said).contains("The library libcu", "of the CUDA 12 runtime is missing", "LD_LIBRARY_PATH");
    }

    @Test
    @EnabledIfSystemProperty(named = WHEELS, matches = ".+", disabledReason = NO_WHEELS)
    void withCudaAndNoDriverTheDriverIsNamed() throws Exception {
        String said = start(Map.of("LD_LIBRARY_PATH", join(wheels())));
        assertThat(said).contains("The NVIDIA driver is missing", "driver 525 or later");
    }

    @Test
    @EnabledIfSystemProperty(named = WHEELS, matches = ".+", disabledReason = NO_WHEELS)
    void withCudaAndADriverThatSeesNoGpuTheGpuIsNamed() throws Exception {
        List<Path> folders =
                Stream.concat(Stream.of(driver()), wheels().stream()).toList();
        String said = start(Map.of("LD_LIBRARY_PATH", join(folders)));
        assertThat(said).contains("The NVIDIA driver sees no GPU", "--gpus all", "nvidia.com/gpu");
    }

    @ParameterizedTest
    @CsvSource({"cublas, libcublas", "cudnn, cuDNN 9", "cufft, libcufft", "cuda_runtime, libcudart"})
    @EnabledIfSystemProperty(named = WHEELS, matches = ".+", disabledReason = NO_WHEELS)
    void withoutOneOfCudasPartsItsLibraryIsNamed(String part, String library) throws Exception {
        List<Path> others = wheels().stream()
                .filter(folder -> !folder.getParent().endsWith(part))
                .toList();
        assertThat(start(Map.of("LD_LIBRARY_PATH", join(others)))).contains(library, "is missing", "LD_LIBRARY_PATH");
    }

    /** Returns what the service says when it does not start. */
    private String start(Map<String, String> environment) throws Exception {
        try (ServiceProcess service = ServiceProcess.start(directory, environment, "--draem.inference.provider=cuda")) {
            int status = service.awaitExit();
            assertThat(status).as(service.log()).isEqualTo(1);
            assertThat(service.crashed()).isFalse();
            assertThat(service.log())
                    .contains("APPLICATION FAILED TO START", "draem.inference.provider")
                    .doesNotContain("\tat ", "onnxruntime_src", "/tmp/");
            return service.log();
        }
    }

    /** Returns the folder of a driver that finds no device. */
    private Path driver() throws IOException, InterruptedException {
        Path folder = Files.createDirectories(directory.resolve("driver"));
        Path source = Files.writeString(folder.resolve("cuda.c"), """
                int cuInit(unsigned flags) { return 100; }
                int cuDriverGetVersion(int *version) { *version = 12080; return 0; }
                """);
        assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "gcc"))),
                "Skipped: there is no gcc to make a driver without a GPU");
        BoundedProcess.run(
                Duration.ofMinutes(1),
                "gcc",
                "-shared",
                "-fPIC",
                "-Wl,-soname,libcuda.so.1",
                "-o",
                folder.resolve("libcuda.so.1").toString(),
                source.toString());
        return folder;
    }

    private static List<Path> wheels() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of(System.getProperty(WHEELS)))) {
            return folders.map(folder -> folder.resolve("lib"))
                    .filter(Files::isDirectory)
                    .toList();
        }
    }

    private static String join(List<Path> folders) {
        return String.join(
                File.pathSeparator,
                folders.stream()
                        .map(folder -> folder.toAbsolutePath().toString())
                        .toList());
    }
}
