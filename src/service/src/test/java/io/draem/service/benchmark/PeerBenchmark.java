package io.draem.service.benchmark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Throughput and latency of the service with the shipped model, turn about with ONNX Runtime alone and with two servers
 * that are written in Python and do the same work on the same bytes. Properties: {@code vegeta} (the program),
 * {@code python} (one that has {@code src/service/src/test/python/requirements.txt}; without it there are no peers),
 * {@code rounds}, {@code seconds} (length of each measurement).
 *
 * <p>A closed loop over four connections says how much each server can do; how long answers take is seen at a constant
 * rate: for all of them at 70 % of what the slowest can do, and for the service at 70 % of what it can do itself. The
 * load comes from the same processors, for all alike.
 */
final class PeerBenchmark {

    private static final int CONNECTIONS = 4;
    private static final double LOAD = 0.7;
    private static final String PATH = "/v1/detect";

    private final Vegeta vegeta;
    private final Duration time;
    private final List<Server> servers;
    private final Map<String, BareLoop> loops;
    private final Map<String, List<Double>> figures = new LinkedHashMap<>();

    private PeerBenchmark(Vegeta vegeta, Duration time, List<Server> servers, Map<String, BareLoop> loops) {
        this.vegeta = vegeta;
        this.time = time;
        this.servers = new ArrayList<>(servers);
        this.loops = loops;
    }

    public static void main(String[] arguments) throws Exception {
        Vegeta vegeta = new Vegeta(System.getProperty("vegeta", "vegeta"));
        Duration time = Duration.ofSeconds(Integer.getInteger("seconds", 10));
        String python = System.getProperty("python");
        Map<String, BareLoop> loops = Map.of(
                "bare loop", BareLoop.start(Session.SHIPPED, Server.THREADS, false),
                "bare loop, spinning", BareLoop.start(Session.SHIPPED, Server.THREADS, true));
        List<Server> servers = new ArrayList<>();
        try (Models models = Models.of(Session.SHIPPED)) {
            models.addCheap("cheap");
            servers.add(Server.service(models.directory(), "--draem.models.default=measured"));
            if (python != null) {
                servers.add(Server.peer(Path.of(python), "fastapi_server.py", Session.SHIPPED));
                servers.add(Server.peer(Path.of(python), "litserve_server.py", Session.SHIPPED));
            }
            new PeerBenchmark(vegeta, time, servers, loops).run(Integer.getInteger("rounds", 3));
        } finally {
            servers.forEach(Server::close);
            loops.values().forEach(BareLoop::close);
        }
    }

    private void run(int rounds) throws Exception {
        // The JVM compiles while it runs: the same way with a model that costs nothing makes that quick.
        for (Server server : servers) {
            if (server.name().equals("service")) {
                vegeta.atMost(server, PATH + "?model=cheap", CONNECTIONS, time);
            }
            vegeta.atMost(server, PATH, CONNECTIONS, time.dividedBy(3));
        }
        for (int round = 0; round < rounds; round++) {
            System.out.println("round " + (round + 1));
            round();
            Collections.rotate(servers, 1);
        }
        System.out.printf("%nmedian (least–most) of %d rounds%n", rounds);
        figures.forEach((what, values) -> System.out.printf("%-48s %s%n", what, Spread.of(values)));
        List<Double> bare = figures.get("bare loop: runs/s");
        System.out.printf(
                "service / bare loop: %.3f%n",
                Spread.of(figures.get("service: answers/s")).median()
                        / Spread.of(bare).median());
    }

    private void round() throws Exception {
        for (Map.Entry<String, BareLoop> loop : loops.entrySet()) {
            BareLoop.Result result = loop.getValue().run(time.dividedBy(2));
            note(loop.getKey() + ": runs/s", result.perSecond());
            note(loop.getKey() + ": median ms", Vegeta.ms(result.median()));
        }
        double slowest = Double.MAX_VALUE;
        double own = 0;
        for (Server server : servers) {
            Vegeta.Report report = vegeta.atMost(server, PATH, CONNECTIONS, time);
            System.out.printf("  %-9s at most: %s%n", server.name(), report);
            note(server.name() + ": answers/s", report.throughput());
            slowest = Math.min(slowest, report.throughput());
            own = server.name().equals("service") ? report.throughput() : own;
        }
        for (Server server : servers) {
            latency(server, "70 % of the slowest", LOAD * slowest);
        }
        for (Server server : servers) {
            if (server.name().equals("service")) {
                latency(server, "70 % of its own", LOAD * own);
            }
        }
    }

    private void latency(Server server, String load, double rate) throws Exception {
        Vegeta.Report report = vegeta.atRate(server, PATH, rate, time);
        System.out.printf("  %-9s at %s: %s%n", server.name(), load, report);
        String what = server.name() + " at " + load;
        note(what + ": median ms", Vegeta.ms(report.median()));
        note(what + ": p99 ms", Vegeta.ms(report.p99()));
        note(what + ": p99 / median", Vegeta.ms(report.p99()) / Vegeta.ms(report.median()));
    }

    private void note(String what, double value) {
        figures.computeIfAbsent(what, added -> new ArrayList<>()).add(value);
    }
}
