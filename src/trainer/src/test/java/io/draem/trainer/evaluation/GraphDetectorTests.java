package io.draem.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.runtime.onnx.GraphRefusedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraphDetectorTests {

    @TempDir
    Path folder;

    @Test
    void namesAFileThatIsNoGraph() throws Exception {
        Path file = Files.writeString(folder.resolve("model.onnx"), "not a graph");
        assertThatExceptionOfType(GraphRefusedException.class)
                .isThrownBy(() -> GraphDetector.open(file, 1))
                .withMessageContaining("Cannot load the graph " + file);
    }

    @Test
    void namesAFileThatIsNotThere() {
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> GraphDetector.open(folder.resolve("none.onnx"), 1))
                .withMessageContaining("none.onnx");
    }
}
