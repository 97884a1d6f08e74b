package io.draem.service.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.draem.model.TestModels;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * Lets schemathesis fuzz the running service by its contract. It is looked for on the PATH; {@code -Dschemathesis=FILE}
 * names another, {@code -Dschemathesis.examples=300} sends more than 50 requests to each endpoint.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "draem.inference.provider=cpu")
@EnabledIfSystemProperty(
        named = "draem.test.schemathesis",
        matches = "wanted",
        disabledReason = "Needs schemathesis: -Pschemathesis")
class SchemathesisTests {

    @TempDir
    private static Path models;

    @TempDir
    Path folder;

    @LocalServerPort
    private int port;

    /** The project's own model with the score of its map, so that it accepts regions of interest. */
    @DynamicPropertySource
    static void acceptRegions(DynamicPropertyRegistry properties) throws IOException {
        byte[] graph = TestModels.withMetadata(Files.readAllBytes(TestModels.graph()), "draem.version", "2");
        Path version = Files.createDirectories(models.resolve(TestModels.name()).resolve("1"));
        Files.write(version.resolve("model.onnx"), TestModels.withMetadata(graph, "draem.image-score", "maximum"));
        properties.add("draem.models.directory", () -> models.toString());
    }

    @Test
    void findsNothing() throws Exception {
        Path schemathesis = find();
        Path files = TestModels.file("src/service/src/test/schemathesis").toAbsolutePath();
        Path said = folder.resolve("said.txt");
        ProcessBuilder builder = new ProcessBuilder(
                        schemathesis.toString(),
                        "--config-file",
                        files.resolve("schemathesis.toml").toString(),
                        "run",
                        "http://localhost:" + port + "/v3/api-docs",
                        "--no-color",
                        "--continue-on-failure",
                        "--request-timeout",
                        "60",
                        "-n",
                        System.getProperty("schemathesis.examples", "50"))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().put("PYTHONPATH", files.toString());
        builder.environment().put("SCHEMATHESIS_HOOKS", "hooks");
        builder.environment()
                .put("PROJECT_ROOT", TestModels.file(".").toAbsolutePath().toString());
        Process run = builder.start();
        try {
            assertThat(run.waitFor(30, TimeUnit.MINUTES)).isTrue();
        } finally {
            run.destroyForcibly();
        }
        String report = Files.readString(said);
        System.out.println(report);
        assertThat(run.exitValue()).as(report).isZero();
        assertThat(report).contains("No issues found");
    }

    private static Path find() {
        String named = System.getProperty("schemathesis");
        Path found = named != null
                ? Path.of(named)
                : Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, "schemathesis"))
                        .filter(Files::isExecutable)
                        .findFirst()
                        .orElse(null);
        assumeThat(found)
                .as("schemathesis is not on the PATH (pip install schemathesis)")
                .isNotNull();
        return found;
    }
}
