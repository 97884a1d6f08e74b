package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.wait.strategy.Wait;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What holds for both images of the service. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServiceContainerTest {

    private static final long GIBIBYTE = 1L << 30;
    private static final Path BROKEN_COOKIE = Project.resolve("src/data/cookie/test/broken/000.jpg");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    final BuiltImage image = getClass().getAnnotation(NeedsImage.class).value();

    StrictContainer service;

    @BeforeAll
    void startOne() {
        service = serving().withMemory(GIBIBYTE);
        service.start();
        System.out.printf(
                "%s: %d MB, %s%n",
                image.wanted(), image.inspect().getSize() / 1_000_000, find(service.getLogs(), "Ready in \\S+ s"));
    }

    @AfterAll
    void stopIt() {
        service.stop();
    }

    @Test
    void findsTheBreakInAPhotographAndCountsIt() throws Exception {
        JsonNode verdict = detect(service);
        assertThat(verdict.path("anomalous").asBoolean()).as(verdict.toString()).isTrue();
        assertThat(verdict.path("regions").isEmpty()).as(verdict.toString()).isFalse();

        assertThat(get(service, "/actuator/prometheus").lines())
                .anyMatch(line -> line.startsWith("draem_detect_seconds_count{") && line.contains("model=\"cookie\""))
                .anyMatch(line -> line.startsWith("draem_model_info{") && line.contains("provider="));
    }

    @Test
    void losesNoRequestWhenItIsToldToStop() throws Exception {
        try (StrictContainer container = serving()) {
            container.start();
            HttpRequest request = photograph(container);
            var answers = IntStream.range(0, 8)
                    .mapToObj(i -> CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                    .toList();
            CompletableFuture.anyOf(answers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            container.signal("TERM");

            // Those that had come in are finished; one that had not may be refused, in words.
            for (var answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS).statusCode()).isIn(200, 503);
            }
            assertThat(container.awaitExit()).as(container.getLogs()).isEqualTo(143);
        }
    }

    @Test
    void hasAnOrdinaryUserNoCapabilitiesAndNothingToWriteTo() throws Exception {
        assertThat(service.jcmd("GC.heap_dump", "/opt/draem/heap")).contains("Read-only file system");

        String status = service.kernelStatus();
        assumeThat(status).as("the engine is on this machine").isNotEmpty();
        assertThat(status)
                .containsPattern("Uid:\t10001\t10001\t10001\t10001")
                .containsPattern("Cap(Prm|Eff|Bnd):\t0{16}")
                .doesNotContainPattern("Cap\\w+:\t0*[1-9a-f]")
                .contains("NoNewPrivs:\t1");
    }

    @Test
    void servesUnderWhateverNumberAClusterGivesIt() throws Exception {
        try (StrictContainer container = serving().withUser("1000740000:0")) {
            container.start();
            assertThat(detect(container).path("anomalous").asBoolean()).isTrue();
        }
    }

    @Test
    void unpacksNothingAndTakesItsClassesFromTheArchive() throws Exception {
        String mapped = service.jcmd("VM.dynlibs");
        assertThat(mapped).contains("/opt/draem/native/libonnxruntime.so", "/opt/draem/draem.jsa");
        assertThat(mapped.lines().filter(line -> line.contains(".so")))
                .noneMatch(line -> line.contains("/tmp/") || line.contains("(deleted)"));

        String counters = service.jcmd("PerfCounter.print");
        assertThat(service.getLogs()).as("what the JVM says of its archives").doesNotContain("[error]", "[warning]");
        long archived = number(counters, "java.cls.sharedLoadedClasses=\\d+");
        long readFromJars = number(counters, "java.cls.loadedClasses=\\d+");
        assertThat(archived).as("%d classes were read from jars", readFromJars).isGreaterThan(4 * readFromJars);
    }

    @Test
    void givesTheHeapItsPartOfTheContainersMemory() throws Exception {
        assertThat(number(service.jcmd("VM.flags"), "-XX:MaxHeapSize=\\d+"))
                .isBetween(GIBIBYTE * 38 / 100, GIBIBYTE * 42 / 100);
    }

    @Test
    void anEmptyVolumeEndsItWithProblemAndRemedy(@TempDir Path models) throws Exception {
        assertThat(logOfAStartThatFails(models))
                .contains("No model can be served from /models", "Put a graph at <name>/<version>/model.onnx")
                .doesNotContain("\tat ");
    }

    @Test
    void aVolumeWithSomethingElseEndsItNamingTheModelAtFault(@TempDir Path models) throws Exception {
        Files.writeString(Files.createDirectories(models.resolve("casting/3")).resolve("model.onnx"), "no graph");
        assertThat(logOfAStartThatFails(models))
                .contains("No model can be served from /models; casting version 3: ")
                .doesNotContain("\tat ");
    }

    @Test
    void saysWhatItIsAndWhatIsInIt() throws Exception {
        JsonNode components = ImageContents.components(image, service);
        assertThat(components.findValuesAsString("name"))
                .contains("spring-boot", image == BuiltImage.SERVICE ? "onnxruntime_gpu" : "onnxruntime");
    }

    StrictContainer serving() {
        return new StrictContainer(image)
                .withExposedPorts(8080)
                .waitingFor(Wait.forHttp("/actuator/health/readiness").withStartupTimeout(Duration.ofMinutes(3)));
    }

    private String logOfAStartThatFails(Path models) throws IOException {
        // A temporary folder is its owner's alone.
        Files.setPosixFilePermissions(models, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (StrictContainer container = new StrictContainer(image).withMount(models + ":/models:ro")) {
            container.start();
            assertThat(container.awaitExit()).as(container.getLogs()).isEqualTo(1);
            return container.getLogs();
        }
    }

    private static long number(String text, String pattern) {
        return Long.parseLong(find(text, pattern).replaceFirst(".*=", ""));
    }

    private static String find(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return matcher.group();
    }

    static JsonNode detect(StrictContainer container) throws Exception {
        var answer = CLIENT.send(photograph(container), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }

    private static HttpRequest photograph(StrictContainer container) throws Exception {
        return HttpRequest.newBuilder(uri(container, "/v1/detect"))
                .header("Content-Type", "image/jpeg")
                .timeout(Duration.ofMinutes(1))
                .POST(HttpRequest.BodyPublishers.ofFile(BROKEN_COOKIE))
                .build();
    }

    static String get(StrictContainer container, String path) throws Exception {
        return CLIENT.send(
                        HttpRequest.newBuilder(uri(container, path)).build(),
                        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                .body();
    }

    private static URI uri(StrictContainer container, String path) {
        return URI.create("http://%s:%d%s".formatted(container.getHost(), container.getMappedPort(8080), path));
    }
}
