package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.ModelCard;
import io.draem.model.TestModels;
import io.draem.runtime.onnx.SlowGraph;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.service.models.ModelDirectory;
import io.draem.service.observation.PrometheusServer;
import io.draem.testing.BoundedProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.convert.DurationStyle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The real service with everything at once: small and large images, batches, clients that hang up or send nonsense,
 * models that come, change and go, and one fault after the other until all are there together. A Prometheus server
 * scrapes it and evaluates the alerts. What was found is in {@code src/service/target/soak}.
 */
@Tag("soak")
@EnabledOnOs(OS.LINUX)
@EnabledIfSystemProperty(
        named = "draem.test.soak",
        matches = ".+",
        disabledReason = "Loads the service for a duration: -Ddraem.test.soak=1h (or 5m to try the test itself;"
                + " from 30m on all is checked). Needs prometheus and promtool on the PATH and a quiet machine")
@Timeout(value = 6, unit = TimeUnit.HOURS)
class SoakTests {

    /**
     * So that an image of 8000x8000 pixels is admitted. All of it is resident from the start, so that what grows is outside
     * of it.
     */
    private static final String HEAP = "2400m";

    private static final Duration SCRAPES = Duration.ofSeconds(15);
    private static final Duration LOOKS = Duration.ofSeconds(5);
    private static final Duration CHANGES = Duration.ofSeconds(4);

    /** Of alerts on a rate over five minutes that last for five more. */
    private static final Duration SLOW_ALERT = Duration.ofMinutes(8);

    private static final Duration QUICK_ALERT = Duration.ofMinutes(3);

    /** Of a rate over five minutes, with the requests that end after the fault. */
    private static final Duration END_OF_ALERT = Duration.ofMinutes(6);

    /** Less says more of the JVM's warm-up than of growth. */
    private static final Duration STEADY = Duration.ofMinutes(10);

    private static final Path ALERTS = TestModels.file("helm/files/alerts.yaml");
    private static final Path RESULTS = TestModels.file("src/service/target/soak");
    private static final double MEGABYTE = 1 << 20;

    /** Begin of each part of the soak, in sixtieths of its duration; faults stay until the calm at the end. */
    private enum Part {
        WARM_UP(0),
        /** Small images alone, to compare with. */
        IDLE(1),
        /** All clients and changes of models, no fault. */
        BASE(3),
        FLOOD(8),
        SLOW_UPLOADS(17),
        REFUSED_VERSIONS(19),
        PARTLY_NAN(20),
        GIVES_WAY(28),
        CALM(53),
        END(60);

        private final int begin;

        Part(int begin) {
            this.begin = begin;
        }
    }

    /**
     * A fault, and the alert that must say so.
     *
     * @param labels what the alert's labels must have, by regular expressions
     * @param within how long after the fault's begin it fires at the latest
     */
    private record Fault(Part part, String alert, Map<String, String> labels, Duration within) {

        boolean matches(JsonNode series) {
            JsonNode metric = series.path("metric");
            return metric.path("alertname").asString().equals(alert)
                    && labels.entrySet().stream()
                            .allMatch(label ->
                                    metric.path(label.getKey()).asString("").matches(label.getValue()));
        }
    }

    private static final List<Fault> FAULTS = List.of(
            new Fault(Part.FLOOD, "DraemRejecting", Map.of("reason", "admission|queue-full"), SLOW_ALERT),
            new Fault(Part.SLOW_UPLOADS, "DraemRejecting", Map.of("reason", "slow-body"), SLOW_ALERT),
            new Fault(Part.REFUSED_VERSIONS, "DraemModelLoadFailed", Map.of(), QUICK_ALERT),
            new Fault(
                    Part.PARTLY_NAN,
                    "DraemInferenceFailed",
                    Map.of("model", SoakLoad.LINE, "version", "2"),
                    SLOW_ALERT),
            new Fault(Part.GIVES_WAY, "DraemModelFailover", Map.of("model", SoakLoad.TURNS), SLOW_ALERT));

    /** Bytes that are in use, at a time in nanoseconds from the start of the soak. */
    private record Memory(long at, double heap, double rss) {}

    /** State of the process at a time in nanoseconds from the start of the soak. */
    private record Sample(long at, double rss, double threads, double files, double cpuSeconds, double load) {}

    private final Duration duration = DurationStyle.detectAndParse(System.getProperty("draem.test.soak", "1h"));
    private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
    private final List<Memory> memory = new ArrayList<>();
    private final StringBuilder report = new StringBuilder();
    private final SoftAssertions softly = new SoftAssertions();

    private SoakRecord record = new SoakRecord(0);
    private long start;
    private Instant started = Instant.EPOCH;

    /** The part that has begun last. */
    private volatile Part part = Part.WARM_UP;

    @TempDir
    Path directory;

    @Test
    void everythingAtOnceLosesNothingLocksNobodyOutAndIsSeenInAlerts() throws Exception {
        PrometheusServer.find("prometheus");
        PrometheusServer.find("promtool");
        Files.createDirectories(RESULTS);
        ModelDirectory models = new ModelDirectory(Files.createDirectory(directory.resolve("models")));
        models.put(TestModels.name(), "1", 0);
        try (ServiceProcess service = ServiceProcess.start(
                directory,
                ServiceProcess.OPTIMIZED,
                "-Xms" + HEAP,
                "-Xmx" + HEAP,
                "-XX:+AlwaysPreTouch",
                "--draem.models.directory=" + models.path(),
                "--draem.models.poll-interval=1s")) {
            int port = service.awaitPort();
            service.awaitLine(Pattern.compile("Ready in "));
            start = System.nanoTime();
            started = Instant.now();
            record = new SoakRecord(start);
            ScheduledExecutorService timers = Executors.newScheduledThreadPool(2);
            JsonNode alerts;
            try (SoakLoad load = new SoakLoad(port, record);
                    PrometheusServer prometheus = PrometheusServer.start(
                            Files.createDirectory(directory.resolve("prometheus")),
                            "127.0.0.1:" + port,
                            SCRAPES,
                            List.of(ALERTS.toAbsolutePath()))) {
                timers.scheduleWithFixedDelay(() -> look(service.pid()), 0, LOOKS.toMillis(), TimeUnit.MILLISECONDS);
                run(load, models, timers, service);
                alerts = prometheus.range("ALERTS", started, Instant.now(), SCRAPES);
                Files.writeString(RESULTS.resolve("alerts.json"), alerts.toPrettyString());
                assertScraped(prometheus);
                load.close();
                Map<String, Double> counters = settled(load);
                reportClients();
                assertEachRequestHasOneOutcome(counters);
            } finally {
                timers.shutdownNow();
                Files.writeString(RESULTS.resolve("service.log"), service.log());
            }
            assertNobodyWasHarmed();
            assertAnotherVersionTakesOver();
            assertLogIsSober();
            assertSmallImagesStayFast();
            assertMemoryIsFlat();
            assertFaultsAreSeen(alerts);
            reportMinutes(alerts);
            service.terminate();
            softly.assertThat(service.awaitExit())
                    .as("exit status of the service")
                    .isEqualTo(143);
            softly.assertThat(service.crashed()).as("crashed").isFalse();
        } finally {
            Files.writeString(RESULTS.resolve("report.txt"), report);
            System.out.println(report);
        }
        softly.assertAll();
    }

    private void run(SoakLoad load, ModelDirectory models, ScheduledExecutorService timers, ServiceProcess service)
            throws Exception {
        load.startSmall();
        await(Part.IDLE);
        await(Part.BASE);
        models.put(SoakLoad.LINE, "1", plain("0"));
        models.put(SoakLoad.TURNS, "1", plain("0"));
        models.put(SoakLoad.CROWD, "1", plain("0"));
        awaitServed(load, SoakLoad.LINE, SoakLoad.TURNS, SoakLoad.CROWD);
        load.startBase();
        Changes changes = new Changes(models);
        timers.scheduleWithFixedDelay(changes, CHANGES.toMillis(), CHANGES.toMillis(), TimeUnit.MILLISECONDS);
        await(Part.FLOOD);
        load.flood(true);
        await(Part.SLOW_UPLOADS);
        load.sendSlowly(true);
        await(Part.REFUSED_VERSIONS);
        await(Part.PARTLY_NAN);
        load.sendPartlyBlack(true);
        await(Part.GIVES_WAY);
        load.sendBlack(true);
        long length = begin(Part.CALM) - begin(Part.GIVES_WAY);
        for (int i = 0; i < 8; i++) {
            measureMemory(load, service.pid());
            park(begin(Part.GIVES_WAY) + (i + 1) * length / 8);
            assertRefusedVersionsAreListed(load);
        }
        await(Part.CALM);
        load.flood(false);
        load.sendSlowly(false);
        load.sendPartlyBlack(false);
        load.sendBlack(false);
        await(Part.END);
    }

    /** What happens to the model directory, one step each few seconds. */
    private final class Changes implements Runnable {

        private final ModelDirectory models;
        private int step;
        private int refused;
        private int turns;

        Changes(ModelDirectory models) {
            this.models = models;
        }

        @Override
        public void run() {
            try {
                step++;
                usual();
                if (part.compareTo(Part.CALM) >= 0) {
                    repair();
                } else {
                    spoil();
                }
            } catch (IOException | RuntimeException e) {
                record.fail("failures of the test", "a change of the models", "step " + step + ": " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Versions and names that are good. */
        private void usual() throws IOException {
            String variant = Integer.toString(step);
            switch (step % 4) {
                // The same version of two networks: only the digest says which of them has answered.
                case 0 -> models.put(SoakLoad.LINE, "1", step % 8 == 0 ? plain(variant) : squared(variant));
                case 1 -> models.put("aside", "1", plain(variant));
                case 2 -> models.put("aside", "2", squared(variant));
                default -> models.remove("aside");
            }
            switch (step % 45) {
                case 15 -> models.put(TestModels.name(), "2", 1 + step % 100);
                case 30 -> models.put(TestModels.name(), "2", 2 + step % 100);
                case 44 -> removeIfThere(TestModels.name() + "/2");
                default -> {}
            }
        }

        private void spoil() throws IOException, InterruptedException {
            String variant = Integer.toString(step);
            if (part.compareTo(Part.REFUSED_VERSIONS) >= 0 && refused++ % 8 == 0) {
                models.put(TestModels.name(), "7", ("broken " + step).getBytes(StandardCharsets.US_ASCII));
                models.put(SoakLoad.LINE, "9", SlowGraph.undefined(SIDE, true, metadata(variant)));
                Path pipe = models.file(TestModels.name(), "8");
                if (!Files.exists(pipe)) {
                    BoundedProcess.run(Duration.ofSeconds(10), "mkfifo", pipe.toString());
                }
            }
            if (part.compareTo(Part.PARTLY_NAN) >= 0 && !Files.exists(models.file(SoakLoad.LINE, "2"))) {
                models.put(SoakLoad.LINE, "2", SlowGraph.undefinedWhereBlack(SIDE, metadata("2")));
            }
            if (part.compareTo(Part.GIVES_WAY) >= 0 && turns++ % 30 == 0) {
                models.put(SoakLoad.TURNS, "2", SlowGraph.undefinedWhereBlack(SIDE, metadata(variant)));
            }
        }

        private void repair() throws IOException {
            for (String version : List.of(
                    TestModels.name() + "/7",
                    TestModels.name() + "/8",
                    SoakLoad.LINE + "/9",
                    SoakLoad.LINE + "/2",
                    SoakLoad.TURNS + "/2")) {
                removeIfThere(version);
            }
        }

        private void removeIfThere(String version) throws IOException {
            if (Files.exists(models.path().resolve(version))) {
                models.remove(version);
            }
        }
    }

    private static final int SIDE = 32;

    private static byte[] plain(String variant) {
        return SlowGraph.of(SIDE, 0, metadata(variant));
    }

    private static byte[] squared(String variant) {
        return SlowGraph.squared(SIDE, metadata(variant));
    }

    /** Graphs that differ in their metadata alone have digests of their own. */
    private static Map<String, String> metadata(String variant) {
        JsonMapper json = JsonMapper.shared();
        Map<String, String> metadata = new HashMap<>(new ModelCard(
                        "test",
                        SIDE,
                        SIDE,
                        new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0),
                        json.createObjectNode(),
                        json.createObjectNode())
                .toMetadata());
        metadata.put("variant", variant);
        return metadata;
    }

    private void awaitServed(SoakLoad load, String... names) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        for (String name : names) {
            while (!new String(load.get("/v1/models").body(), StandardCharsets.UTF_8)
                    .contains("\"name\":\"" + name + "\"")) {
                assertThat(System.nanoTime()).as(name + " is not served").isLessThan(end);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            }
        }
    }

    private void assertRefusedVersionsAreListed(SoakLoad load) throws IOException {
        JsonNode refused =
                JsonMapper.shared().readTree(load.get("/v1/models").body()).path("refused");
        Set<String> listed = new TreeSet<>();
        refused.forEach(version -> listed.add(
                version.path("name").asString() + "/" + version.path("version").asString()));
        softly.assertThat(listed)
                .as("refused versions that GET /v1/models lists at " + SoakRecord.minute(System.nanoTime() - start))
                .contains(TestModels.name() + "/7", TestModels.name() + "/8", SoakLoad.LINE + "/9");
    }

    /** Waits for a part to begin. */
    private void await(Part next) {
        park(begin(next));
        part = next;
    }

    private void park(long until) {
        for (long left = until - now(); left > 0; left = until - now()) {
            LockSupport.parkNanos(left);
        }
    }

    private long begin(Part of) {
        return duration.toNanos() / Part.END.begin * of.begin;
    }

    private long now() {
        return System.nanoTime() - start;
    }

    private void look(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            String status = Files.readString(process.resolve("status"));
            String[] stat = Files.readString(process.resolve("stat"))
                    .split("\\) ", 2)[1]
                    .split(" ");
            samples.add(new Sample(
                    now(),
                    rss(status),
                    number(status, "Threads:\\s+(\\d+)"),
                    files.count(),
                    // Fields 14 and 15 of the whole line, in hundredths.
                    (Double.parseDouble(stat[11]) + Double.parseDouble(stat[12])) / 100,
                    Double.parseDouble(
                            Files.readString(Path.of("/proc/loadavg")).split(" ")[0])));
        } catch (IOException | RuntimeException e) {
            record.fail("failures of the test", "a look at the process", e.toString());
        }
    }

    private static double number(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .findFirst()
                .map(found -> Double.parseDouble(found.group(1)))
                .orElseThrow();
    }

    /**
     * Pixels of large images come and go; what is compared is all else. Memory that is free is returned first: the heap's
     * by a collection, and that of the C library's arenas, each of which keeps the most that it ever held.
     */
    private void measureMemory(SoakLoad load, long pid) throws InterruptedException {
        load.withoutLargeImages(() -> {
            try {
                jcmd(pid, "GC.run");
                jcmd(pid, "System.trim_native_heap");
                memory.add(new Memory(
                        now(),
                        sum(metrics(load), series -> series.startsWith("jvm_memory_used_bytes{area=\"heap\"")),
                        rss(Files.readString(Path.of("/proc", Long.toString(pid), "status")))));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void jcmd(long pid, String command) throws IOException, InterruptedException {
        BoundedProcess.run(Duration.ofMinutes(1), BoundedProcess.java("jcmd"), Long.toString(pid), command);
    }

    private static double rss(String status) {
        return 1_024 * number(status, "VmRSS:\\s+(\\d+)");
    }

    private static Map<String, Double> metrics(SoakLoad load) throws IOException {
        Map<String, Double> metrics = new TreeMap<>();
        new String(load.get(SoakLoad.METRICS).body(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> {
                    int end = line.lastIndexOf(' ');
                    metrics.put(line.substring(0, end), Double.parseDouble(line.substring(end + 1)));
                });
        return metrics;
    }

    private static double sum(Map<String, Double> metrics, Predicate<String> series) {
        return metrics.entrySet().stream()
                .filter(entry -> series.test(entry.getKey()))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** Returns the metrics once they no longer change: requests whose clients have left end after those. */
    private Map<String, Double> settled(SoakLoad load) throws IOException {
        Map<String, Double> metrics = Map.of();
        Map<String, Long> before = null;
        for (int i = 0; i < 60; i++) {
            metrics = metrics(load);
            Map<String, Long> statuses = statuses(metrics);
            if (statuses.equals(before)) {
                return metrics;
            }
            before = statuses;
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
        }
        softly.fail("Requests still end two minutes after the last client has left");
        return metrics;
    }

    /** Returns the service's counts of requests by method and status, without scrapes. */
    private static Map<String, Long> statuses(Map<String, Double> metrics) {
        Map<String, Long> statuses = new TreeMap<>();
        metrics.forEach((series, value) -> {
            if (series.startsWith("http_server_requests_seconds_count{")
                    && !series.contains("uri=\"" + SoakLoad.METRICS + "\"")) {
                statuses.merge(label(series, "method") + " " + label(series, "status"), value.longValue(), Long::sum);
            }
        });
        return statuses;
    }

    private static String label(String series, String name) {
        return Pattern.compile("\\b" + name + "=\"([^\"]*)\"")
                .matcher(series)
                .results()
                .findFirst()
                .map(found -> found.group(1))
                .orElse("");
    }

    private void reportClients() {
        write(
                "Soak of %d s with a heap of %s on %d processors%n%nClients, by client and status (unexpected ones below):%n",
                duration.toSeconds(), HEAP, Runtime.getRuntime().availableProcessors());
        record.counts("client ").forEach((what, count) -> write("  %-50s %8d%n", what, count));
        write("%nConnections without a whole header, of which the service counts those that it answers:%n");
        record.counts("headless ").forEach((what, count) -> write("  %-50s %8d%n", what, count));
        write(
                "%nPipelined behind an answer that closes the connection, and not taken: %d%n",
                record.counted("untaken"));
    }

    private void assertEachRequestHasOneOutcome(Map<String, Double> counters) {
        write("%nRequests sent = answered + left without an answer = counted by the service:%n");
        Map<String, Long> service = statuses(counters);
        Map<String, Long> client = record.counts("status ");
        Map<String, Long> gone = record.counts("gone ");
        Map<String, Long> rest = new TreeMap<>();
        Set<String> all = new TreeSet<>(service.keySet());
        all.addAll(client.keySet());
        for (String status : all) {
            long counted = service.getOrDefault(status, 0L);
            long answered = client.getOrDefault(status, 0L);
            write(
                    "  %-12s answered %8d, counted %8d, without an answer %6d%n",
                    status, answered, counted, counted - answered);
            softly.assertThat(counted - answered)
                    .as(
                            "requests with %s that the service counts (%d) and clients have not got (%d)",
                            status, counted, answered)
                    .isNotNegative();
            rest.merge(status.split(" ")[0], counted - answered, Long::sum);
        }
        rest.forEach((method, count) -> {
            long left = gone.getOrDefault(method, 0L);
            write("  %-12s left by their clients or cut off %d, counted without an answer %d%n", method, left, count);
            softly.assertThat(count)
                    .as(
                            "requests with %s that the service counts and nobody has an answer of, beside those that were left",
                            method)
                    .isEqualTo(left);
        });

        double outcomes = sum(counters, series -> series.startsWith("draem_detect_seconds_count{"));
        write("%nOutcomes: draem_detect_seconds_count %.0f, sent %d%n", outcomes, record.counted("outcomes"));
        Map<String, Double> byOutcome = new TreeMap<>();
        counters.forEach((series, value) -> {
            if (series.startsWith("draem_detect_seconds_count{")) {
                byOutcome.merge(label(series, "outcome"), value, Double::sum);
            }
        });
        byOutcome.forEach((outcome, count) -> write("  %-50s %8.0f%n", outcome, count));
        softly.assertThat((long) outcomes)
                .as(
                        "outcomes that the service counts, beside requests for a verdict (a batch that was answered: its images)")
                .isEqualTo(record.counted("outcomes"));

        double refused =
                outcomes - byOutcome.getOrDefault("success", 0.0) - byOutcome.getOrDefault("inference-failed", 0.0);
        double rejected = sum(counters, series -> series.startsWith("draem_rejected_total{"));
        long unreadable = record.counted("unreadable");
        write(
                "Refused: draem_rejected_total %.0f, outcomes %.0f, heads that are no HTTP or not whole %d%n",
                rejected, refused, unreadable);
        softly.assertThat(rejected)
                .as("draem_rejected_total, compared with the outcomes and the refused heads")
                .isEqualTo(refused + unreadable);

        // An answer that its client left behind is cancelled; its verdict was given.
        long verdicts = (long) sum(counters, series -> series.startsWith("draem_verdicts_total{"));
        long unseen = verdicts - record.counted("verdicts");
        write(
                "Verdicts: draem_verdicts_total %d, received %d, of requests that were left %d%n",
                verdicts, record.counted("verdicts"), unseen);
        softly.assertThat(unseen)
                .as(
                        "verdicts that the service counts and nobody has received, at most one of each request that was left")
                .isBetween(
                        (long) (double) byOutcome.getOrDefault("success", 0.0) - record.counted("successes"),
                        gone.getOrDefault("POST", 0L));
    }

    private void assertNobodyWasHarmed() {
        for (String what :
                List.of("requests without an answer", "wrong answers", "unexpected answers", "failures of the test")) {
            List<String> examples = record.failures(what);
            write("%n%s: %d%n", what, record.counted("failure " + what));
            examples.forEach(example -> write("  %s%n", example));
            softly.assertThat(examples)
                    .as("%s: %d", what, record.counted("failure " + what))
                    .isEmpty();
        }
    }

    /** Each of the versions that fail on all images may fail some seconds before the last good one answers again. */
    private void assertAnotherVersionTakesOver() {
        long failed = record.counted("client " + SoakLoad.TURNS + " 500");
        long seconds = steady() / 1_000_000_000;
        write("%nVersions that failed over failed on %d images in %d s%n", failed, seconds);
        softly.assertThat(failed)
                .as("images on which versions failed that should have given way, of two a second in %d s", seconds)
                .isLessThanOrEqualTo(seconds / 2);
    }

    /** No client, whatever it sends, is an error of the service. */
    private void assertLogIsSober() throws IOException {
        Map<String, Integer> lines = new TreeMap<>();
        int traces = 0;
        for (String line : Files.readAllLines(RESULTS.resolve("service.log"))) {
            if (line.matches("\\S+ (WARN|ERROR) .*")) {
                lines.merge(
                        line.substring(line.indexOf(' ') + 1).replaceAll("[0-9a-f-]{36}|\\d+", "#"), 1, Integer::sum);
            }
            traces += line.startsWith("\tat ") ? 1 : 0;
        }
        write("%nWarnings and errors in the log, with %d lines of stack traces:%n", traces);
        lines.forEach((line, count) -> write("  %6d %s%n", count, line.substring(0, Math.min(200, line.length()))));
        softly.assertThat(lines.keySet())
                .as("errors in the log")
                .noneMatch(line -> line.contains("OutOfMemoryError") || line.contains("ProblemHandler"));
    }

    private void assertSmallImagesStayFast() {
        double[] idle = record.latencies(begin(Part.IDLE), begin(Part.BASE));
        double[] soak = record.latencies(begin(Part.BASE), begin(Part.END));
        write("%nSmall images, ms from the moment at which they were due (p50, p99, largest):%n");
        for (Part of : Part.values()) {
            if (of != Part.END) {
                long end = begin(Part.values()[of.ordinal() + 1]);
                double[] latencies = record.latencies(begin(of), end);
                write("  %-20s %s, refused %d%n", of, spread(latencies), record.refused(begin(of), end));
            }
        }
        write("  %-20s %s%n", "BASE to the end", spread(soak));
        long refused = record.refused(begin(Part.BASE), begin(Part.END));
        softly.assertThat(refused)
                .as("small images without a verdict, of %d: at most one in a thousand", soak.length)
                .isLessThanOrEqualTo(1 + soak.length / 1_000);
        softly.assertThat(SoakRecord.quantile(soak, 0.99))
                .as("p99 of small images in ms, at most three times that of the idle service")
                .isLessThanOrEqualTo(3 * SoakRecord.quantile(idle, 0.99));
    }

    private static String spread(double[] sorted) {
        return "%6d: %7.1f %8.1f %8.1f"
                .formatted(
                        sorted.length,
                        SoakRecord.quantile(sorted, 0.5),
                        SoakRecord.quantile(sorted, 0.99),
                        SoakRecord.quantile(sorted, 1));
    }

    /** While all faults are there, nothing grows; afterwards nothing is left of them. */
    private void assertMemoryIsFlat() {
        write(
                "%nGrowth in %s of all faults at once:%n",
                Duration.ofNanos(steady()).truncatedTo(ChronoUnit.SECONDS));
        assertFlat(
                "heap after a collection, MB",
                memory.stream()
                        .map(used -> new double[] {used.at(), used.heap() / MEGABYTE})
                        .toList(),
                16);
        assertFlat(
                "resident memory once free memory is returned, MB",
                memory.stream()
                        .map(used -> new double[] {used.at(), used.rss() / MEGABYTE})
                        .toList(),
                48);
        write(
                "  %-48s growth %6.1f, with what the C library keeps%n",
                "resident memory, MB", SoakRecord.slope(points(sample -> sample.rss() / MEGABYTE)) * steady());
        assertFlat("threads", points(Sample::threads), 8);
        assertFlat("open files", points(Sample::files), 32);
    }

    private long steady() {
        return begin(Part.CALM) - begin(Part.GIVES_WAY);
    }

    private List<double[]> points(ToDoubleFunction<Sample> value) {
        return samples.stream()
                .filter(sample -> sample.at() >= begin(Part.GIVES_WAY) && sample.at() < begin(Part.CALM))
                .map(sample -> new double[] {sample.at(), value.applyAsDouble(sample)})
                .toList();
    }

    private void assertFlat(String what, List<double[]> points, double bound) {
        double growth = SoakRecord.slope(points) * steady();
        boolean enough = steady() >= STEADY.toNanos();
        write(
                "  %-48s %8.1f first, %8.1f last, growth %6.1f (at most %.0f%s)%n",
                what,
                points.isEmpty() ? Double.NaN : points.get(0)[1],
                points.isEmpty() ? Double.NaN : points.get(points.size() - 1)[1],
                growth,
                bound,
                enough ? "" : ", not checked in so short a time");
        if (enough) {
            softly.assertThat(growth).as("growth of " + what).isLessThanOrEqualTo(bound);
        }
    }

    private void assertScraped(PrometheusServer prometheus) throws Exception {
        JsonNode up = prometheus.range("up == 0", started.plus(SCRAPES.multipliedBy(2)), Instant.now(), SCRAPES);
        softly.assertThat(up).as("scrapes that failed").isEmpty();
    }

    private void assertFaultsAreSeen(JsonNode alerts) {
        write("%nAlerts of faults:%n");
        softly.assertThat(firing(alerts, 0, begin(Part.FLOOD)))
                .as("alerts before the first fault")
                .isEmpty();
        if (begin(Part.END) - begin(Part.CALM) > END_OF_ALERT.toNanos()) {
            softly.assertThat(firing(alerts, begin(Part.CALM) + END_OF_ALERT.toNanos(), begin(Part.END)))
                    .as("alerts after the last fault")
                    .noneMatch(alert -> alert.startsWith("Rejecting") || alert.startsWith("InferenceFailed"));
        }
        for (Fault fault : FAULTS) {
            long begin = begin(fault.part());
            boolean enough = begin + fault.within().toNanos() <= begin(Part.CALM);
            // In a short soak it can only be about to fire.
            String state = enough ? "firing" : "pending|firing";
            Long at = first(alerts, fault, state);
            write(
                    "  %-20s from %6s: %s%s %s at %s%n",
                    fault.part(),
                    SoakRecord.minute(begin),
                    fault.alert(),
                    fault.labels(),
                    state,
                    at == null ? "no time" : SoakRecord.minute(at));
            softly.assertThat(at)
                    .as(
                            "nanoseconds at which %s%s is %s, the alert of %s",
                            fault.alert(), fault.labels(), state, fault.part())
                    .isNotNull()
                    .isBetween(
                            begin,
                            enough ? begin + fault.within().toNanos() : begin(Part.CALM) + SCRAPES.toNanos() * 2);
        }
    }

    /** Returns when an alert is in a state for the first time; null where it never is. */
    private Long first(JsonNode alerts, Fault fault, String state) {
        Long first = null;
        for (JsonNode series : alerts) {
            if (fault.matches(series)
                    && series.at("/metric/alertstate").asString().matches(state)) {
                long at = at(series.at("/values/0"));
                first = first == null ? at : Math.min(first, at);
            }
        }
        return first;
    }

    /** Returns the alerts that fire at some time of a span. */
    private Set<String> firing(JsonNode alerts, long from, long to) {
        Set<String> firing = new TreeSet<>();
        for (JsonNode series : alerts) {
            JsonNode metric = series.path("metric");
            if (metric.path("alertstate").asString().equals("firing")) {
                for (JsonNode value : series.path("values")) {
                    if (at(value) >= from && at(value) < to) {
                        firing.add(metric.path("alertname").asString().replace("Draem", "")
                                + Stream.of("model", "version", "reason", "measure")
                                        .filter(metric::has)
                                        .map(label -> metric.path(label).asString())
                                        .toList());
                    }
                }
            }
        }
        return firing;
    }

    private long at(JsonNode value) {
        return Duration.between(started, Instant.ofEpochSecond(value.path(0).asLong()))
                .toNanos();
    }

    private void reportMinutes(JsonNode alerts) {
        write("%nMinutes: small images (number: p50 p99 largest, refused), processors used, load of the"
                + " machine, resident MB, threads, files, alerts%n");
        long minute = TimeUnit.MINUTES.toNanos(1);
        for (long from = 0; from < begin(Part.END); from += minute) {
            long begin = from;
            long to = Math.min(from + minute, begin(Part.END));
            List<Sample> within = samples.stream()
                    .filter(sample -> sample.at() >= begin && sample.at() < to)
                    .toList();
            if (within.isEmpty()) {
                continue;
            }
            Sample first = within.get(0);
            Sample last = within.get(within.size() - 1);
            write(
                    "%3d %s %4d  %5.2f %5.1f %7.0f %5.0f %5.0f  %s%n",
                    from / minute,
                    spread(record.latencies(from, to)),
                    record.refused(from, to),
                    (last.cpuSeconds() - first.cpuSeconds()) / Math.max(1e-3, (last.at() - first.at()) / 1e9),
                    last.load(),
                    last.rss() / MEGABYTE,
                    last.threads(),
                    last.files(),
                    firing(alerts, from, to));
        }
    }

    private void write(String format, Object... values) {
        report.append(format.formatted(values));
    }
}
