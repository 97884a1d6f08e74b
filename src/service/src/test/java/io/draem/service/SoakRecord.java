package io.draem.service;

import io.draem.model.TestModels;
import io.draem.service.LoadClient.Answer;
import io.draem.service.SoakLoad.Request;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the clients of a soak have sent, and what became of it. Each request whose header was sent whole is counted once:
 * as answered, with its status, or as left without an answer.
 */
final class SoakRecord {

    /** Runs of different batch sizes add their products up in another order. */
    private static final double TOLERANCE = 1e-5;

    private final long start;
    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();
    private final Map<String, Double> scores = new ConcurrentHashMap<>();
    private final Queue<Latency> latencies = new ConcurrentLinkedQueue<>();
    private final Map<String, Map<String, Failure>> failures = new ConcurrentSkipListMap<>();

    SoakRecord(long start) {
        this.start = start;
    }

    /**
     * How long one small image took.
     *
     * @param at nanoseconds from the start of the soak to the moment at which it was due
     * @param took nanoseconds from that moment to the answer
     */
    record Latency(long at, long took, int status) {}

    /** Counts an answer, and compares what it says with earlier answers. */
    void answered(Request request, Answer answer) {
        count("status " + request.method() + " " + answer.status());
        count("client " + request.client() + " " + answer.status());
        if (request.detection()) {
            boolean batch = request.kind() == SoakLoad.Kind.BATCH && answer.status() == 200;
            add("outcomes", batch ? request.images() : 1);
        }
        if (!request.expected().contains(answer.status())) {
            fail(
                    "unexpected answers",
                    request + ": " + answer.status() + " instead of " + request.expected(),
                    text(answer));
        }
        if (request.detection() && answer.status() == 200) {
            compare(request, JsonMapper.shared().readTree(answer.body()));
        }
    }

    /** Counts a request that the client, as it should in this test, did not wait for. */
    void left(Request request) {
        without(request, "left by the client");
    }

    /** Counts a request that the service ended without an answer, of a client that deserves no better. */
    void cutOff(Request request) {
        without(request, "cut off by the service");
    }

    /** Counts a request of a client that did nothing wrong and got no answer. */
    void unanswered(Request request, Exception reason) {
        without(request, "unanswered");
        fail("requests without an answer", request.toString(), reason.toString());
    }

    /** Counts a connection that carried no whole header and got no answer, of which the service's counters know nothing. */
    void headless(String ending) {
        count("headless " + ending);
    }

    /** Counts an answer to a head that is no HTTP or is not whole, which the service refuses before any endpoint is found. */
    void unreadable(String method, int status) {
        count("status " + method + " " + status);
        count("headless answered " + status);
        count("unreadable");
    }

    /** Counts a pipelined request behind an answer that says that the connection is closed. */
    void untaken() {
        count("untaken");
    }

    void took(long due, int status) {
        latencies.add(new Latency(due - start, System.nanoTime() - due, status));
    }

    /**
     * Counts what must not happen.
     *
     * @param kind of which the first is kept as an example
     */
    void fail(String what, String kind, String example) {
        count("failure " + what);
        failures.computeIfAbsent(what, key -> new ConcurrentSkipListMap<>())
                .computeIfAbsent(kind, key -> new Failure(minute(System.nanoTime() - start) + " " + example))
                .count
                .increment();
    }

    /** Returns what must not have happened: its kinds, how often, and the first of each. */
    List<String> failures(String what) {
        return failures.getOrDefault(what, new ConcurrentSkipListMap<>()).entrySet().stream()
                .map(entry -> "%d times %s; the first at %s"
                        .formatted(entry.getValue().count.sum(), entry.getKey(), entry.getValue().first))
                .toList();
    }

    private static final class Failure {

        private final LongAdder count = new LongAdder();
        private final String first;

        Failure(String first) {
            this.first = first;
        }
    }

    private void without(Request request, String ending) {
        count("gone " + request.method());
        count("client " + request.client() + " " + ending);
        if (request.detection()) {
            count("outcomes");
        }
    }

    private void compare(Request request, JsonNode body) {
        switch (request.kind()) {
            case SINGLE -> detection(request, body);
            case BATCH ->
                body.path("results").forEach(result -> {
                    if (result.has("detection")) {
                        detection(request, result.path("detection"));
                    } else {
                        count("client " + request.client() + " problem in a batch " + result.at("/problem/status"));
                    }
                });
            case PROTOCOL -> {
                count("successes");
                for (JsonNode score : body.at("/outputs/0/data")) {
                    verdict(request, body.path("model_name").asString(), "", score.asDouble());
                }
            }
            default -> throw new IllegalArgumentException(request.toString());
        }
    }

    private void detection(Request request, JsonNode detection) {
        count("successes");
        JsonNode model = detection.path("model");
        verdict(
                request,
                model.path("name").asString(),
                model.path("digest").asString(),
                detection.path("score").asDouble());
    }

    /** The project's own model has one network in all its versions; those of the others differ by their digest. */
    private void verdict(Request request, String model, String digest, double score) {
        count("verdicts");
        if (!model.equals(request.model())) {
            fail("wrong answers", request.toString(), "by the model " + model);
        }
        String network = model.equals(TestModels.name()) ? model : digest;
        Double first = scores.putIfAbsent(network + " " + request.image(), score);
        if (first != null && !(Math.abs(first - score) <= TOLERANCE)) {
            fail("wrong answers", request.toString(), "%s once, then %s by %s".formatted(first, score, network));
        }
    }

    private void count(String what) {
        add(what, 1);
    }

    private void add(String what, int number) {
        counts.computeIfAbsent(what, key -> new LongAdder()).add(number);
    }

    long counted(String what) {
        LongAdder count = counts.get(what);
        return count == null ? 0 : count.sum();
    }

    /** Returns the counts whose name begins so, by the rest of their names. */
    Map<String, Long> counts(String prefix) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .collect(Collectors.toMap(
                        entry -> entry.getKey().substring(prefix.length()),
                        entry -> entry.getValue().sum(),
                        Long::sum,
                        TreeMap::new));
    }

    /** Returns the latencies of small images that were due in a time, in milliseconds and sorted. */
    double[] latencies(long from, long to) {
        return latencies.stream()
                .filter(latency -> latency.at() >= from && latency.at() < to)
                .mapToDouble(latency -> latency.took() / 1e6)
                .sorted()
                .toArray();
    }

    /** Returns how many small images that were due in a time got another status than 200, or none. */
    long refused(long from, long to) {
        return latencies.stream()
                .filter(latency -> latency.at() >= from && latency.at() < to && latency.status() != 200)
                .count();
    }

    /** Returns a quantile of sorted values; NaN where there are none. */
    static double quantile(double[] sorted, double quantile) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[(int) Math.min(sorted.length - 1, Math.ceil(quantile * sorted.length) - 1)];
    }

    /**
     * Returns by how much values grow in a unit of time: the median of the slopes between any two of them, which single
     * outliers do not move.
     */
    static double slope(List<double[]> points) {
        double[] slopes = new double[points.size() * (points.size() - 1) / 2];
        int count = 0;
        for (int i = 0; i < points.size(); i++) {
            for (int j = 0; j < i; j++) {
                slopes[count++] = (points.get(i)[1] - points.get(j)[1]) / (points.get(i)[0] - points.get(j)[0]);
            }
        }
        Arrays.sort(slopes);
        return quantile(slopes, 0.5);
    }

    /** Returns a time as minutes and seconds. */
    static String minute(long nanos) {
        long seconds = nanos / 1_000_000_000;
        return "%d:%02d".formatted(seconds / 60, seconds % 60);
    }

    private static String text(Answer answer) {
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        return text.length() > 300 ? text.substring(0, 300) + "..." : text;
    }
}
