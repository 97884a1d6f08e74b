package io.draem.service.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryAdviceTests {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            loose.onnx              | <name>/<version>/model.onnx
            tiny/model.onnx         | move it to tiny/1/model.onnx
            tiny/v4/model.onnx      | whole numbers from 1 up
            tiny/04/model.onnx      | whole numbers from 1 up
            tiny/4/tiny.ONNX        | is called model.onnx
            with space/1/model.onnx | the name of a model
            """)
    void saysOnceWhyAGraphIsNotServed(String path, String reason) throws Exception {
        Path graph = put(path);
        DirectoryAdvice advice = new DirectoryAdvice(null);
        assertThat(advice.news(directory, List.of()))
                .singleElement()
                .asString()
                .startsWith(graph + " is not served: ")
                .contains(reason);
        assertThat(advice.news(directory, List.of())).isEmpty();
        Files.delete(graph);
        assertThat(advice.news(directory, List.of())).isEmpty();
        put(path);
        assertThat(advice.news(directory, List.of())).as("there again").hasSize(1);
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
        assertThat(new DirectoryAdvice(null).news(directory, List.of())).isEmpty();
    }

    @Test
    void saysAtEachChangeOfSeveralModelsThatNoneIsTheDefault() {
        DirectoryAdvice advice = new DirectoryAdvice(null);
        assertThat(advice.news(directory, List.of("cookie"))).isEmpty();
        assertThat(advice.news(directory, List.of("cookie", "tile")))
                .singleElement()
                .asString()
                .contains("without the parameter model", "400", "(cookie, tile)", "draem.models.default");
        assertThat(advice.news(directory, List.of("cookie", "tile"))).isEmpty();
        assertThat(advice.news(directory, List.of("cake", "cookie", "tile"))).hasSize(1);
        assertThat(advice.news(directory, List.of("cookie"))).isEmpty();
        assertThat(advice.news(directory, List.of("cookie", "tile"))).hasSize(1);
    }

    @Test
    void saysNothingOfSeveralModelsWhereOneIsTheDefault() {
        assertThat(new DirectoryAdvice("tile").news(directory, List.of("cookie", "tile")))
                .isEmpty();
    }

    private Path put(String path) throws Exception {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "a graph");
    }
}
