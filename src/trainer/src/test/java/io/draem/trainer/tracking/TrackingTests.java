package io.draem.trainer.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.draem.image.RgbImage;
import io.draem.trainer.loss.LossParts;
import io.draem.trainer.training.ValidationFigures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Servers that fail are made here; {@code ExperimentTrackersTests} talks to the real ones. */
@Timeout(60)
class TrackingTests {

    private static final LossParts LOSS = new LossParts(3, 1, 0.5, 0.25, 0);

    @TempDir
    private Path folder;

    private final StringWriter log = new StringWriter();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final Queue<JsonNode> bodies = new ConcurrentLinkedQueue<>();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger failures = new AtomicInteger();
    private HttpServer server;
    private volatile Behavior behavior = Behavior.NORMAL;

    private enum Behavior {
        NORMAL,
        ANOTHER_SITE,
        ENDLESS,
        REFUSES_FILES,
        RUN_DELETED,
        QUOTES_THE_TOKEN
    }

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        ((ExecutorService) server.getExecutor()).shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + path);
        asked.countDown();
        if (body.startsWith("{")) {
            bodies.add(JsonMapper.shared().readTree(body));
        }
        if (behavior == Behavior.ENDLESS) {
            exchange.sendResponseHeaders(200, 0);
            byte[] some = new byte[1 << 16];
            while (over.getCount() > 0) {
                exchange.getResponseBody().write(some);
            }
            return;
        }
        String run = "{\"run_id\": \"r1\", \"artifact_uri\": \"mlflow-artifacts:/7/r1/artifacts\"}";
        int status = 200;
        String response = "{}";
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            status = 503;
            response = "{\"error_code\": \"TEMPORARILY_UNAVAILABLE\", \"message\": \"the database is\\u0007 away\"}";
        } else if (behavior == Behavior.QUOTES_THE_TOKEN) {
            status = 401;
            response =
                    "{\"message\": \"you sent " + exchange.getRequestHeaders().getFirst("Authorization") + "\"}";
        } else if (behavior == Behavior.ANOTHER_SITE) {
            response = "<html>sign in</html>";
        } else if (behavior == Behavior.REFUSES_FILES && path.contains("mlflow-artifacts")) {
            status = 413;
        } else if (behavior == Behavior.RUN_DELETED && body.contains("RUNNING")) {
            status = 400;
        } else if (path.endsWith("get-by-name")) {
            response = "{\"experiment\": {\"experiment_id\": \"7\"}}";
        } else if (path.endsWith("runs/create")) {
            response = "{\"run\": {\"info\": " + run + "}}";
        } else if (path.endsWith("runs/update")) {
            response = "{\"run_info\": " + run + "}";
        }
        byte[] bytes = response.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private List<Integer> loggedSteps() {
        return bodies.stream()
                .flatMap(body -> body.path("metrics").valueStream())
                .filter(metric -> metric.get("key").asString().equals("loss/total"))
                .map(metric -> metric.get("step").asInt())
                .toList();
    }

    private List<String> statuses() {
        return bodies.stream()
                .filter(body -> body.has("status"))
                .map(body -> body.get("status").asString())
                .toList();
    }

    private long count(String request) {
        return requests.stream().filter(line -> line.endsWith(request)).count();
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private Tracking begin(Trackers options, long first, long steps) {
        Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(first)); // a later process
        Tracking tracking = new Tracking(options, folder, clock, new PrintWriter(log, true));
        tracking.begin(
                new TrackedTraining("plate", "train --seed 1", Map.of("recipe.seed", "1"), first > 0, first, steps, 8));
        return tracking;
    }

    private static void step(Tracking tracking, long from, long to) {
        for (long step = from + 1; step <= to; step++) {
            tracking.stepped(step, LOSS, 1e-4, Duration.ofMillis(500));
        }
    }

    @Test
    void longTrainingsAreShownAsAThousandMeans() throws IOException {
        try (Tracking tracking = begin(new Trackers(folder.resolve("runs"), null), 0, 10_000)) {
            step(tracking, 0, 10_000);
            tracking.validated(new ValidationFigures(10_000, 0.9, Double.NaN, Double.NaN), true);
        }
        List<Events.Value> values = Events.read(Events.only(folder.resolve("runs")));
        assertThat(values).filteredOn(value -> value.tag().equals("loss/total")).hasSize(1000);
        assertThat(values)
                .filteredOn(value -> value.step() == 10)
                .extracting(value -> value.tag() + " " + value.number())
                .containsExactly(
                        "loss/total 3.0",
                        "loss/l2 1.0",
                        "loss/ssim 0.5",
                        "loss/focal 0.25",
                        "training/learning_rate 1.0E-4",
                        "training/images_per_second 16.0");
        assertThat(values)
                .extracting(Events.Value::tag)
                .contains("validation/image_auroc")
                .doesNotContain("validation/pixel_auroc", "loss/sspcab");
    }

    @Test
    void theStepsAfterTheLastWholeStretchAreShownToo() throws IOException {
        try (Tracking tracking = begin(new Trackers(folder.resolve("runs"), null), 0, 2500)) {
            step(tracking, 0, 2500);
        }
        assertThat(Events.read(Events.only(folder.resolve("runs"))))
                .filteredOn(value -> value.tag().equals("loss/total"))
                .hasSize(834)
                .last()
                .extracting(Events.Value::step)
                .isEqualTo(2500L);
    }

    @Test
    void whatAServerRefusedIsSentAgainAndNothingTwice() throws Exception {
        failures.set(1);
        try (Tracking tracking = begin(new Trackers(null, address()), 0, 3)) {
            assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
            step(tracking, 0, 3);
        }
        assertThat(log.toString())
                .containsOnlyOnce("warning: ")
                .contains("does not take what is logged: status 503: the database is")
                .doesNotContain("\u0007");
        assertThat(count("runs/create")).isEqualTo(1);
        assertThat(loggedSteps()).containsExactly(1, 2, 3);
        assertThat(statuses()).containsExactly("FAILED");
    }

    @Test
    void aServerThatIsNotThereIsAWarning() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (Tracking tracking = begin(new Trackers(null, URI.create("http://127.0.0.1:" + port)), 0, 3)) {
            step(tracking, 0, 3);
            tracking.stopped();
        }
        assertThat(log.toString()).contains("lacks figures or files of this training");
    }

    @ParameterizedTest
    @CsvSource({"ANOTHER_SITE, its answer is not MLflow's", "ENDLESS, its answer is too long"})
    void anAnswerOfAnotherServerIsAWarning(Behavior other, String problem) {
        behavior = other;
        try (Tracking tracking = begin(new Trackers(null, address()), 0, 3)) {
            step(tracking, 0, 3);
            tracking.stopped();
        }
        assertThat(log.toString()).contains("lacks figures or files of this training: " + problem);
    }

    @Test
    void filesThatAreRefusedKeepNeitherFiguresNorTheEndAway() throws Exception {
        behavior = Behavior.REFUSES_FILES;
        Path version = Files.createDirectory(folder.resolve("1"));
        Files.writeString(version.resolve("model.onnx"), "graph");
        Files.writeString(version.resolve("metrics.json"), "{\"image\": {\"auroc\": 0.5, \"f1Max\": 0.25}}");
        try (Tracking tracking = begin(new Trackers(null, address()), 0, 3)) {
            tracking.pictures(1, List.of(Picture.of("samples/normal-1", new RgbImage(1, 1, new byte[3]))));
            step(tracking, 0, 3);
            tracking.published(3, version);
        }
        assertThat(log.toString()).contains("lacks figures or files of this training: model/MLmodel, status 413");
        assertThat(loggedSteps()).containsExactly(1, 2, 3);
        assertThat(bodies.toString()).contains("test/image_f1_max");
        assertThat(statuses()).containsExactly("FINISHED");
    }

    @Test
    void aResumedTrainingContinuesInItsRuns() throws IOException {
        Trackers both = new Trackers(folder.resolve("runs"), address());
        try (Tracking tracking = begin(both, 0, 10)) {
            step(tracking, 0, 7);
            tracking.saved(5, folder.resolve("step-5"));
            tracking.stopped();
        }
        try (Tracking tracking = begin(both, 5, 10)) {
            step(tracking, 5, 10);
            tracking.stopped();
        }
        try (Tracking tracking = begin(new Trackers(folder.resolve("runs"), null), 10, 12)) {
            tracking.saved(10, folder.resolve("step-10"));
        }
        assertThat(folder.resolve("tracking.json"))
                .content()
                .as("of the server too")
                .contains("r1");
        try (Stream<Path> runs = Files.list(folder.resolve("runs"))) {
            Path run = runs.findFirst().orElseThrow();
            assertThat(run.getFileName().toString()).matches("plate-\\d{8}-\\d{6}");
            assertThat(run).isDirectoryContaining(file -> file.toString().contains("tfevents"));
            try (Stream<Path> files = Files.list(run)) {
                assertThat(files).hasSize(3);
            }
        }
        assertThat(count("runs/create")).isEqualTo(1);
        assertThat(loggedSteps()).containsExactly(1, 2, 3, 4, 5, 6, 7, 6, 7, 8, 9, 10);
        assertThat(statuses()).containsExactly("KILLED", "RUNNING", "KILLED");
        assertThat(bodies.stream().filter(body -> body.has("params")))
                .as("cannot change")
                .hasSize(1);
        assertThat(log.toString()).isEmpty();
    }

    @Test
    void aRunThatWasDeletedIsReplaced() throws IOException {
        Files.writeString(
                folder.resolve("tracking.json"), "{\"run\": \"plate-20260101-000000\", \"mlflowRun\": \"r0\"}");
        behavior = Behavior.RUN_DELETED;
        try (Tracking tracking = begin(new Trackers(null, address()), 5, 10)) {
            step(tracking, 5, 10);
        }
        assertThat(log.toString()).contains("has no run r0 to continue in (status 400: {})");
        assertThat(loggedSteps()).containsExactly(6, 7, 8, 9, 10);
    }

    @Test
    void secretsAreNeverNamed() {
        String secret = "s3cret\u0001";
        assertThatThrownBy(() -> new MlflowClient(address(), Map.of("MLFLOW_TRACKING_TOKEN", secret)))
                .hasMessageContaining("MLFLOW_TRACKING_TOKEN")
                .hasMessageNotContaining("s3cret");
        behavior = Behavior.QUOTES_THE_TOKEN;
        assertThatThrownBy(() -> new MlflowClient(address(), Map.of("MLFLOW_TRACKING_TOKEN", "s3cret\n")).resume("r1"))
                .hasMessageContaining("status 401: you sent Bearer ***");
    }

    @Test
    void aTrainingWithoutTrackersEndsTheRunsOfOneThatWasDiscarded() throws IOException {
        Path names = Files.writeString(folder.resolve("tracking.json"), "{\"run\": \"plate-20260101-000000\"}");
        begin(Trackers.NONE, 0, 10).close();
        assertThat(names).doesNotExist();
    }

    @Test
    void aNewTrainingIsAnotherRunWhateverAnEarlierOneLeft() throws IOException {
        Files.writeString(folder.resolve("tracking.json"), "{\"run\": \"plate-20260101-000000\"}");
        try (Tracking tracking = begin(new Trackers(folder.resolve("runs"), null), 0, 10)) {
            step(tracking, 0, 1);
        }
        assertThat(folder.resolve("runs/plate-20260101-000000")).doesNotExist();
        assertThat(folder.resolve("tracking.json")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"run\": \"../../plate-20260101-000000\"}",
                "{\"run\": 7}",
                "{\"run\": \"\\ud800-20260101-000000\"}",
                "[",
                ""
            })
    void aDamagedFileNamesNoRun(String content) throws IOException {
        Files.writeString(folder.resolve("tracking.json"), content);
        begin(new Trackers(folder.resolve("runs"), null), 5, 10).close();
        assertThat(log.toString()).contains("is shown as another run than before: ");
        try (Stream<Path> runs = Files.list(folder.resolve("runs"))) {
            assertThat(runs).hasSize(1);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsAWarning() throws IOException {
        Path file = Files.writeString(folder.resolve("runs"), "no folder");
        try (Tracking tracking = begin(new Trackers(file, null), 0, 3)) {
            step(tracking, 0, 3);
        }
        assertThat(log.toString())
                .contains("warning: TensorBoard does not show this training: cannot write to " + file);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mlflow:5000",
                "ftp://mlflow",
                "http://name:secret@mlflow",
                "/runs",
                "http://a b:secret",
                "http://mlflow/#/experiments/1"
            })
    void anAddressThatIsNoServersIsRefused(String address) {
        assertThatThrownBy(() -> Trackers.of(null, address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--mlflow must be the address of a server")
                .hasMessageNotContaining("secret");
    }
}
