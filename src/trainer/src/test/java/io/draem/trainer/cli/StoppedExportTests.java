package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.onnxexport.Cards;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import io.draem.trainer.onnxexport.RandomWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ends a real export by a real signal while ONNX Runtime works. */
@Tag("slow")
@DisabledOnOs(OS.WINDOWS)
@Timeout(300)
class StoppedExportTests {

    @TempDir
    static Path folder;

    @BeforeAll
    static void writeACheckpointAndADataSet() throws IOException {
        PaintedPlates.paint(folder.resolve("data"));
        ModelCheckpoint.file(RandomWeights.of(new NetworkOptions(16, 16, false), 1), Cards.card(128, 128))
                .write(folder.resolve("checkpoint.safetensors"));
    }

    @Test
    void aSignalEndsAnExportWithoutACrashAndWithoutHalfAVersion() throws Exception {
        Path output = folder.resolve("models");
        try (TrainerProcess trainer = TrainerProcess.start(
                folder,
                "export",
                "--checkpoint=checkpoint.safetensors",
                "--data=data",
                "--format=fp32,int8",
                "--name=plate",
                "--threads=1",
                "--output=" + output)) {
            trainer.awaitLine("fp32: wrote");
            try (Stream<Path> files = Files.list(output)) {
                assertThat(files.filter(Files::isRegularFile))
                        .as("beside the models, where a kill would leave it for good")
                        .isEmpty();
            }
            trainer.signal("TERM");
            assertThat(trainer.awaitExit()).as(trainer.log()).isEqualTo(143);
            assertThat(trainer.log())
                    .contains("SIGTERM: stopping before the next image", "Stopped. What was published stays")
                    .doesNotContain("\tat ", "int8: wrote");
            assertThat(trainer.crashed()).isFalse();
        }
        try (Stream<Path> files = Files.walk(output)) {
            assertThat(files.map(file -> output.relativize(file).toString()))
                    .containsExactlyInAnyOrder(
                            "",
                            "plate",
                            "plate/1",
                            "plate/1/model.onnx",
                            "plate/1/metrics.json",
                            "plate/1/report.html");
        }
    }
}
