package io.draem.service.benchmark;

import io.draem.testing.BoundedProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends photographs at a constant rate, whether answers come or not, with <a
 * href="https://github.com/tsenart/vegeta">vegeta</a>: {@code go install github.com/tsenart/vegeta/v12@v12.13.0}.
 */
final class Vegeta {

    /** Of one attack or report; an attack takes the duration it is given. */
    private static final Duration LIMIT = Duration.ofHours(1);

    private static final String BOUNDARY = "draem-photograph";

    private final String program;
    private final Path folder;
    private final List<String> bodies = new ArrayList<>();

    Vegeta(String program) throws IOException {
        this.program = program;
        this.folder = Files.createTempDirectory("benchmark-vegeta");
        for (Path file : Photographs.files()) {
            bodies.add(Base64.getEncoder().encodeToString(form(file)));
        }
    }

    /**
     * What an attack found.
     *
     * @param rate requests that were sent in a second
     * @param throughput answers of status 200 in a second
     * @param success the part of the requests that got one
     */
    record Report(double rate, double throughput, double success, Duration median, Duration p99, Duration max) {

        @Override
        public String toString() {
            return "%6.1f/s sent, %6.1f/s answered (%5.1f %%), median %6.1f ms, p99 %6.1f ms, max %6.1f ms"
                    .formatted(rate, throughput, 100 * success, ms(median), ms(p99), ms(max));
        }
    }

    static double ms(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    /** Sends at a constant rate. */
    Report atRate(Server server, String path, double rate, Duration duration) throws IOException, InterruptedException {
        return attack(server, path, duration, "-rate=" + Math.round(rate * 60) + "/1m");
    }

    /** Sends as fast as answers come, over so many connections. */
    Report atMost(Server server, String path, int connections, Duration duration)
            throws IOException, InterruptedException {
        return attack(server, path, duration, "-rate=0", "-workers=" + connections, "-max-workers=" + connections);
    }

    private Report attack(Server server, String path, Duration duration, String... options)
            throws IOException, InterruptedException {
        Path results = folder.resolve("results");
        List<String> attack = new ArrayList<>(List.of(program, "attack", "-format=json", "-timeout=30s"));
        attack.add("-targets=" + targets(server.uri(path)));
        attack.add("-duration=" + duration.toMillis() + "ms");
        attack.add("-output=" + results);
        attack.addAll(List.of(options));
        call(attack);
        JsonNode json = JsonMapper.builder()
                .build()
                .readTree(call(List.of(program, "report", "-type=json", results.toString())));
        JsonNode latencies = json.get("latencies");
        return new Report(
                json.get("rate").asDouble(),
                json.get("throughput").asDouble(),
                json.get("success").asDouble(),
                Duration.ofNanos(latencies.get("50th").asLong()),
                Duration.ofNanos(latencies.get("99th").asLong()),
                Duration.ofNanos(latencies.get("max").asLong()));
    }

    private final Map<URI, Path> targets = new HashMap<>();

    private Path targets(URI uri) throws IOException {
        Path file = targets.get(uri);
        if (file == null) {
            file = folder.resolve("targets-" + targets.size());
            StringBuilder lines = new StringBuilder();
            for (String body : bodies) {
                lines.append("{\"method\":\"POST\",\"url\":\"")
                        .append(uri)
                        .append("\",\"header\":{\"Content-Type\":[\"multipart/form-data; boundary=")
                        .append(BOUNDARY)
                        .append("\"]},\"body\":\"")
                        .append(body)
                        .append("\"}\n");
            }
            Files.writeString(file, lines);
            targets.put(uri, file);
        }
        return file;
    }

    private static byte[] form(Path image) throws IOException {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        form.writeBytes(
                ("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"image\"; filename=\"cookie.jpg\"\r\n"
                                + "Content-Type: image/jpeg\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        form.writeBytes(Files.readAllBytes(image));
        form.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return form.toByteArray();
    }

    private static String call(List<String> command) throws IOException, InterruptedException {
        return BoundedProcess.run(LIMIT, command.toArray(String[]::new));
    }
}
