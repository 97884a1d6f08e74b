package io.draem.service.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.draem.service.TestModels;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Lets a Prometheus server scrape the service, and its own tool judge the names; both are looked for on the PATH. */
@EnabledIfSystemProperty(
        named = "draem.test.prometheus",
        matches = "wanted",
        disabledReason = "Needs a Prometheus server: -Pprometheus")
class PrometheusTests extends HttpTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void promtoolFindsNothingToBlame() throws Exception {
        Path promtool = find("promtool");
        detect();
        Path metrics = Files.write(
                folder.resolve("metrics.txt"), http.get("/actuator/prometheus").body());
        Path said = folder.resolve("said.txt");
        Process check = new ProcessBuilder(promtool.toString(), "check", "metrics")
                .redirectInput(metrics.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(check.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(said)).isEmpty();
    }

    @Test
    void aServerScrapesTheMetricsWithTheirExemplars() throws Exception {
        Path prometheus = find("prometheus");
        detect();
        int port = freePort();
        Path log = folder.resolve("prometheus.log");
        Process server = new ProcessBuilder(
                        prometheus.toString(),
                        "--config.file=" + configuration(),
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=localhost:" + port,
                        "--enable-feature=exemplar-storage")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Http api = new Http(port);
            String series = "draem_detect_seconds_count{model=\"" + TestModels.name() + "\",outcome=\"success\"}";
            JsonNode found = await(api, "/api/v1/query?query=" + encode(series), log);
            assertThat(found.at("/0/value/1").asString()).isNotEqualTo("0");
            assertThat(await(api, "/api/v1/query?query=" + encode("up == 1"), log)
                            .at("/0/metric/job")
                            .asString())
                    .isEqualTo("draem");
            JsonNode exemplars = await(
                    api,
                    "/api/v1/query_exemplars?start=0&end=9999999999&query=" + encode("draem_detect_seconds_bucket"),
                    log);
            assertThat(exemplars.at("/0/exemplars/0/labels/trace_id").asString())
                    .hasSize(32);
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private void detect() throws Exception {
        http.post(
                "/v1/detect",
                "image/jpeg",
                Files.readAllBytes(TestModels.good()),
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    private Path configuration() throws IOException {
        return Files.writeString(folder.resolve("prometheus.yml"), """
            global:
              scrape_interval: 5s
              scrape_timeout: 5s
            scrape_configs:
              - job_name: draem
                metrics_path: /actuator/prometheus
                static_configs:
                  - targets: ["%s"]
            """.formatted(
                        URI.create(http.base()).getAuthority()));
    }

    /** Asks until there is an answer: the server starts and scrapes when it likes. */
    private static JsonNode await(Http api, String query, Path log) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try {
                HttpResponse<byte[]> answer = api.get(query);
                JsonNode data = Http.json(answer).path("data");
                JsonNode result = data.isArray() ? data : data.path("result");
                if (answer.statusCode() == 200 && !result.isEmpty()) {
                    return result;
                }
            } catch (IOException e) {
                // It does not listen yet.
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        throw new AssertionError("No answer to " + query + ":\n" + Files.readString(log));
    }

    private static Path find(String program) {
        Path found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeThat(found)
                .as("%s is not on the PATH (apt-get install prometheus)", program)
                .isNotNull();
        return found;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
