package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MisplacedGraphsTests {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            loose.onnx              | <name>/<version>/model.onnx
            tiny/model.onnx         | move it to tiny/1/model.onnx
            tiny/v4/model.onnx      | whole numbers from 1 to 999999999
            tiny/04/model.onnx      | whole numbers from 1 to 999999999
            tiny/2147483647/model.onnx | whole numbers from 1 to 999999999
            tiny/4/tiny.ONNX        | is called model.onnx
            with space/1/model.onnx | the name of a model
            """)
    void saysWhyAGraphIsNotServed(String path, String reason) throws Exception {
        Path graph = put(path);
        assertThat(MisplacedGraphs.find(directory))
                .singleElement()
                .asString()
                .startsWith(graph + " is not served: ")
                .contains(reason);
        Files.delete(graph);
        assertThat(MisplacedGraphs.find(directory)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tiny/4/model.onnx",
                "tiny/4/second.onnx.data",
                "tiny/training/last.onnx",
                "tiny/.5-partial/model.onnx",
                ".cache/1/model.onnx",
                ".hidden.onnx",
                "README.md",
                "tiny/4/deeper/model.onnx"
            })
    void saysNothingOfWhatIsInItsPlaceHiddenOrNoGraph(String path) throws Exception {
        put(path);
        assertThat(MisplacedGraphs.find(directory)).isEmpty();
    }

    private Path put(String path) throws Exception {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "a graph");
    }
}
