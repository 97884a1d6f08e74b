package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.deployment.Programs.Ended;
import io.draem.model.TestModels;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lints the contract and compares it with the last release: what clients rely on must stay. */
@Tag("clients")
@Timeout(1200)
@EnabledIfSystemProperty(
        named = "draem.test.clients",
        matches = "wanted",
        disabledReason = "Needs redocly and oasdiff from their registries: -Pclients")
class ReleasedContractTests {

    private static final String REDOCLY = "@redocly/cli@2.77.0";
    private static final String OASDIFF = "github.com/oasdiff/oasdiff@v1.36.0";
    private static final Path CONTRACT = TestModels.file("openapi.yaml").toAbsolutePath();
    private static final Path RELEASED =
            TestModels.file("src/deployment/src/test/openapi/released.yaml").toAbsolutePath();
    private static final Path TOOLS =
            TestModels.file("src/deployment/target/clients/tools").toAbsolutePath();

    @TempDir
    private Path folder;

    @Test
    void redoclyFindsNothingToBlame() throws Exception {
        Ended lint = lint(CONTRACT);
        assertThat(lint.status()).as(lint.all()).isZero();
        assertThat(lint.all()).contains("Your API description is valid").doesNotContain("[1]");
    }

    @Test
    void redoclyBlamesAnOperationWithoutAName() throws Exception {
        Path mutated = mutated(CONTRACT, "      operationId: detectBatch\n", "");
        assertThat(lint(mutated).all()).contains("[1]", "operation-operationId");
    }

    @Test
    void nothingIsBrokenThatWasReleased() throws Exception {
        Ended difference = breaking(RELEASED, CONTRACT);
        assertThat(difference.status()).as(difference.all()).isZero();
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource({
        "/v1/models/{name}:, /v1/model/{name}:, api-path-removed-without-deprecation",
        "normalizedScore, normalisedScore, response-required-property-removed",
        "name: pixelThreshold, name: mapThreshold, request-parameter-removed",
        "- map-float32, - map-float16, request-parameter-property-enum-value-removed",
        "- tensorrt, - rocm, response-property-enum-value-added",
        "minLength: 1, minLength: 2, request-parameter-min-length-increased"
    })
    void aBreakIsFound(String text, String other, String name) throws Exception {
        Ended difference = breaking(CONTRACT, mutated(CONTRACT, text, other));
        assertThat(difference.status()).as(difference.all()).isEqualTo(1);
        assertThat(difference.output()).contains(name);
    }

    private Path mutated(Path contract, String text, String other) throws Exception {
        String whole = Files.readString(contract);
        assertThat(whole).contains(text);
        return Files.writeString(folder.resolve("openapi.yaml"), whole.replace(text, other));
    }

    private Ended lint(Path contract) throws Exception {
        Programs.require("npx");
        return Programs.fetch(
                folder, "env", "REDOCLY_TELEMETRY=off", "npx", "--yes", REDOCLY, "lint", contract.toString());
    }

    /** Asks oasdiff, which stays in the target folder: it takes minutes to build. */
    private Ended breaking(Path before, Path after) throws Exception {
        if (!Files.isExecutable(TOOLS.resolve("oasdiff"))) {
            Programs.require("go");
            Files.createDirectories(TOOLS);
            Programs.install(TOOLS, "env", "GOBIN=" + TOOLS, "go", "install", OASDIFF);
        }
        return Programs.fetch(
                folder,
                TOOLS.resolve("oasdiff").toString(),
                "breaking",
                "--fail-on",
                "WARN",
                before.toString(),
                after.toString());
    }
}
