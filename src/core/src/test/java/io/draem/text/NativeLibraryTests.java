package io.draem.text;

import static io.draem.text.NativeLibrary.LIBTORCH;
import static io.draem.text.NativeLibrary.ONNX_RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeLibraryTests {

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, Linux x86-64",
        "Linux, aarch64, Linux ARM",
        "Windows Server 2022, amd64, Windows x86-64",
        "Mac OS X, aarch64, macOS ARM",
        "Mac OS X, x86_64, macOS x86-64",
        "FreeBSD, riscv64, FreeBSD riscv64"
    })
    void namesThePlatform(String system, String processor, String platform) {
        assertThat(NativeLibrary.platform(system, processor)).isEqualTo(platform);
    }

    @Test
    void everythingRunsOnLinuxAndWindowsX86() {
        for (String platform : new String[] {"Linux x86-64", "Windows x86-64"}) {
            assertThat(ONNX_RUNTIME.missing(platform)).isEmpty();
            assertThat(LIBTORCH.missing(platform)).isEmpty();
        }
    }

    @Test
    void onLinuxArmOnlyTheServiceRuns() {
        assertThat(ONNX_RUNTIME.missing("Linux ARM")).isEmpty();
        assertThat(LIBTORCH.missing("Linux ARM"))
                .contains("libtorch has no native library for Linux ARM, where only the service runs: use Linux x86-64"
                        + " or Windows x86-64");
    }

    @Test
    void onMacOsNothingRuns() {
        assertThat(LIBTORCH.missing("macOS ARM")).isEmpty();
        assertThat(ONNX_RUNTIME.missing("macOS ARM"))
                .contains("ONNX Runtime has no native library for macOS ARM, where neither the service nor the trainer"
                        + " runs: use Linux x86-64, Linux ARM or Windows x86-64");
        assertThat(LIBTORCH.missing("macOS x86-64"))
                .contains("libtorch has no native library for macOS x86-64, where neither the service nor the trainer"
                        + " runs: use Linux x86-64 or Windows x86-64");
    }
}
