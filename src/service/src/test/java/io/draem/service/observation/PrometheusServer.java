package io.draem.service.observation;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.draem.service.api.Http;
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
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Prometheus server that scrapes the service; the test is skipped where none is on the PATH. */
public final class PrometheusServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Path log;
    private final Http api;

    private PrometheusServer(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.api = new Http(port);
    }

    /** Starts a server that scrapes each second. */
    static PrometheusServer start(Path folder, Http service, List<Path> rules) throws IOException {
        return start(folder, URI.create(service.base()).getAuthority(), Duration.ofSeconds(1), rules);
    }

    /**
     * Starts a server.
     *
     * @param folder for its configuration, data and log
     * @param target host and port of the service whose metrics it scrapes
     * @param interval between two scrapes, and between two evaluations of the rules
     * @param rules files of alerting rules
     */
    public static PrometheusServer start(Path folder, String target, Duration interval, List<Path> rules)
            throws IOException {
        Path prometheus = find("prometheus");
        Path configuration = Files.writeString(folder.resolve("prometheus.yml"), """
            global:
              scrape_interval: %1$ds
              scrape_timeout: %1$ds
              evaluation_interval: %1$ds
            rule_files: %2$s
            scrape_configs:
              - job_name: draem
                metrics_path: /actuator/prometheus
                static_configs:
                  - targets: ["%3$s"]
                    labels: {namespace: line}
            """.formatted(
                        interval.toSeconds(),
                        rules.stream().map(file -> "\"" + file + "\"").toList(),
                        target));
        int port = freePort();
        Path log = folder.resolve("prometheus.log");
        Process process = new ProcessBuilder(
                        prometheus.toString(),
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=localhost:" + port,
                        "--enable-feature=exemplar-storage")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new PrometheusServer(process, log, port);
    }

    /** Returns the result of a query as soon as there is one: the server starts and scrapes when it likes. */
    JsonNode query(String expression) throws Exception {
        return await(
                        "/api/v1/query?query=" + encode(expression),
                        data -> !data.path("result").isEmpty())
                .path("result");
    }

    /** Returns the exemplars of a histogram as soon as there are any. */
    JsonNode exemplars(String histogram) throws Exception {
        return await(
                "/api/v1/query_exemplars?start=0&end=9999999999&query=" + encode(histogram), data -> !data.isEmpty());
    }

    /** Returns all rules as soon as each has been evaluated. */
    List<JsonNode> rules() throws Exception {
        JsonNode data = await(
                "/api/v1/rules",
                one -> !one.at("/groups/0/rules").isEmpty()
                        && one.findValues("health").stream().noneMatch(health -> "unknown".equals(health.asString())));
        return data.path("groups")
                .valueStream()
                .flatMap(group -> group.path("rules").valueStream())
                .toList();
    }

    /** Returns what {@code promtool} reads of a query over a time: one entry for each series, with its values. */
    public JsonNode range(String expression, Instant start, Instant end, Duration step) throws Exception {
        Path said = Files.createTempFile("promtool", ".json");
        try {
            Process promtool = new ProcessBuilder(
                            find("promtool").toString(),
                            "query",
                            "range",
                            "--format=json",
                            "--start=" + start.getEpochSecond(),
                            "--end=" + end.getEpochSecond(),
                            "--step=" + step.toSeconds() + "s",
                            api.base(),
                            expression)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            if (!promtool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                promtool.destroyForcibly();
                throw new AssertionError("promtool does not answer for " + expression);
            }
            if (promtool.exitValue() != 0) {
                throw new AssertionError(expression + ": " + Files.readString(said));
            }
            return JsonMapper.shared().readTree(Files.readString(said));
        } finally {
            Files.delete(said);
        }
    }

    private JsonNode await(String path, Predicate<JsonNode> enough) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try {
                HttpResponse<byte[]> answer = api.get(path);
                if (answer.statusCode() == 200 && enough.test(Http.json(answer).path("data"))) {
                    return Http.json(answer).path("data");
                }
            } catch (IOException e) {
                // It does not listen yet.
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        throw new AssertionError("Nothing for " + path + ":\n" + Files.readString(log));
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Returns a program of the PATH; the test is skipped where it is not there. */
    public static Path find(String program) {
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
