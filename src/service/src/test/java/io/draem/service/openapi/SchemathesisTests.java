package io.draem.service.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.draem.model.TestModels;
import io.draem.service.api.HttpTest;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lets schemathesis fuzz the running service by its contract. It is looked for on the PATH; {@code -Dschemathesis=FILE}
 * names another, {@code -Dschemathesis.examples=300} sends more than 50 requests to each endpoint.
 */
@EnabledIfSystemProperty(
        named = "draem.test.schemathesis",
        matches = "wanted",
        disabledReason = "Needs schemathesis: -Pschemathesis")
class SchemathesisTests extends HttpTest {

    @TempDir
    Path folder;

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
                        http.base() + "/v3/api-docs",
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
