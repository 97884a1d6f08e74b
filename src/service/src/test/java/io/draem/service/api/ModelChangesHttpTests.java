package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.testing.Await;
import io.draem.testing.BoundedProcess;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** What clients see while models are added to the directory of a running service and removed from it. */
@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
@DirtiesContext
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"draem.inference.provider=cpu", "draem.models.poll-interval=100ms"})
@Tag("slow")
class ModelChangesHttpTests {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private static Path directory;

    private Http http;

    @DynamicPropertySource
    static void models(DynamicPropertyRegistry properties) throws Exception {
        put("cookie", Files.readAllBytes(TestModels.graph()));
        properties.add("draem.models.directory", () -> directory.toString());
    }

    @Autowired
    void connect(@LocalServerPort int port) {
        http = new Http(port);
    }

    @BeforeEach
    void onlyOneModel() throws Exception {
        Await.until(LIMIT, () -> names().equals("cookie*"));
    }

    @Test
    void requestsThatNameNoModelAreAnsweredByTheFirstOneAlsoBesideOthers() throws Exception {
        byte[] graph = Files.readAllBytes(TestModels.graph());
        put("biscuit", TestModels.withMetadata(graph, "draem.metrics", "{\"a\\u202eb\":\"c\\n\"}"));
        Await.until(LIMIT, () -> names().equals("biscuit cookie*"));
        assertThat(Http.json(detect()).at("/model/name").asString()).isEqualTo("cookie");
        assertThat(defaultModel()).startsWith("cookie, since").contains("draem.models.default=cookie");
        assertThat(Http.json(http.get("/v2/models/biscuit")).get("name").asString())
                .isEqualTo("biscuit");
        assertThat(Http.json(http.get("/v1/models/biscuit"))
                        .get("metrics")
                        .get("a\\u202eb")
                        .asString())
                .isEqualTo("c\\u000a");

        put("tile", TestModels.withMetadata(graph, "a", "b"));
        Await.until(LIMIT, () -> names().equals("biscuit cookie* tile"));
        remove("cookie");
        Await.until(LIMIT, () -> names().equals("biscuit tile"));
        HttpResponse<byte[]> refused = detect();
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(Http.json(refused).get("detail").asString())
                .contains("default model cookie is not served now", "biscuit, tile");
        assertThat(defaultModel()).startsWith("cookie, which is not served");

        put("cookie", graph);
        Await.until(LIMIT, () -> names().equals("biscuit cookie* tile"));
        assertThat(detect().statusCode()).isEqualTo(200);
        remove("biscuit");
        remove("tile");
        Await.until(LIMIT, () -> names().equals("cookie*"));
        assertThat(defaultModel()).isEqualTo("cookie");
    }

    @Test
    void whatIsRefusedIsListedAsLongAsItIsThere() throws Exception {
        Path pipe = Files.createDirectories(directory.resolve("tile/1")).resolve("model.onnx");
        BoundedProcess.run(Duration.ofSeconds(10), "mkfifo", pipe.toString());
        Await.until(LIMIT, () -> !models().get("refused").isEmpty());
        assertThat(models().get("refused")).singleElement().satisfies(refused -> {
            assertThat(refused.get("name").asString()).isEqualTo("tile");
            assertThat(refused.get("reason").asString()).contains("model.onnx is a named pipe");
        });
        assertThat(readiness().get("tile version 1").asString()).contains("refused: model.onnx is a named pipe");
        remove("tile");
        Await.until(LIMIT, () -> models().get("refused").isEmpty());
        assertThat(readiness().has("tile version 1")).isFalse();
    }

    @Test
    void aVersionWithEqualBytesCountsAsASwitch() throws Exception {
        double before = switches();
        put("cookie", "2", Files.readAllBytes(TestModels.graph()));
        Await.until(LIMIT, () -> version() == 2);
        Await.until(LIMIT, () -> switches() == before + 1);
        remove("cookie/2");
        Await.until(LIMIT, () -> version() == 1);
        Await.until(LIMIT, () -> switches() == before + 2);
    }

    private int version() throws Exception {
        return models().at("/models/0/version").asInt();
    }

    private double switches() throws Exception {
        return new String(http.get("/actuator/prometheus").body(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("draem_model_switches_total{model=\"cookie\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private HttpResponse<byte[]> detect() throws Exception {
        return http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good()));
    }

    private JsonNode models() throws Exception {
        return Http.json(http.get("/v1/models"));
    }

    /** Names of the models in service, the default's with a star. */
    private String names() throws Exception {
        StringBuilder names = new StringBuilder();
        for (JsonNode model : models().get("models")) {
            names.append(names.isEmpty() ? "" : " ")
                    .append(model.get("name").asString())
                    .append(model.get("default").asBoolean() ? "*" : "");
        }
        return names.toString();
    }

    private JsonNode readiness() throws Exception {
        return Http.json(http.get("/actuator/health/readiness")).at("/components/models/details");
    }

    private String defaultModel() throws Exception {
        return readiness().get("default model").asString();
    }

    private static void put(String name, byte[] graph) throws IOException {
        put(name, "1", graph);
    }

    private static void put(String name, String version, byte[] graph) throws IOException {
        Path folder = Files.createDirectories(directory.resolve(name).resolve(version));
        Files.write(folder.resolve("model.onnx"), graph);
    }

    private static void remove(String name) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve(name))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
