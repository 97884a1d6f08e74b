package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exit codes; 3 is in {@link PredictCommandTests}, those of signals in {@code StopSignalsTests}. */
class ExitCodeTests {

    @ParameterizedTest
    @CsvSource({
        "0, --version",
        "0, train --help",
        "1, evaluate --model nowhere/model.onnx --data nowhere",
        "1, predict --model nowhere/model.onnx --images nowhere --output nowhere",
        "2, train --none",
        "2, nothing"
    })
    void saysHowItEnded(int code, String line) {
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        assertThat(Main.commandLine().setOut(nowhere).setErr(nowhere).execute(line.split(" ")))
                .isEqualTo(code);
    }

    @Test
    void aMissingNativeLibraryIsASentenceOnThePlatform() {
        UnsatisfiedLinkError failure = new UnsatisfiedLinkError("no jnitorch in java.library.path");
        assertThat(Main.notLoaded("Linux ARM", false, failure))
                .isEqualTo("draem-trainer: libtorch has no native library for Linux ARM, where only the service runs:"
                        + " use Linux x86-64 or Windows x86-64");
        assertThat(Main.notLoaded("macOS ARM", false, failure)).contains("ONNX Runtime has no native library");
        assertThat(Main.notLoaded("Windows x86-64", false, failure))
                .contains("no jnitorch", "build the trainer on Windows x86-64")
                .doesNotContain("CUDA");
        assertThat(Main.notLoaded("Linux x86-64", true, failure)).contains("CUDA 13 and cuDNN 9");
    }
}
