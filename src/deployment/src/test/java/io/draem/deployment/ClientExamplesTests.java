package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the examples in the client guide with the programs that are run. */
class ClientExamplesTests {

    private static final Path EXAMPLES = TestModels.file("src/deployment/src/test/clients");

    @ParameterizedTest
    @MethodSource
    void thePageForCallersShowsTheFile(Path file) throws Exception {
        assertThat(TestModels.file("src/docs/how-to/call-from-a-program.md"))
                .content()
                .contains("\n" + Files.readString(EXAMPLES.resolve(file)) + "```\n");
    }

    static Stream<Path> thePageForCallersShowsTheFile() throws Exception {
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            return files.filter(Files::isRegularFile).map(EXAMPLES::relativize).toList().stream();
        }
    }
}
