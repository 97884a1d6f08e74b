package io.draem.service.benchmark;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many models of which few are used at a time: start and memory with all of them open and with models opened on demand,
 * first and further requests, and requests of several clients while models are opened and closed, with SIGTERM at their
 * end. A model is requested in proportion to 1/rank. Argument: the graph of all models; without one, a graph that costs
 * next to nothing. Properties: {@code models} (300), {@code open} (50) that the budget has memory for, {@code requests}
 * (20,000), {@code clients} (8), {@code eager} ({@code false} leaves the comparison out), {@code jvm}.
 */
final class ManyModelsBenchmark {

    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    /** Three channels of four bytes. */
    private static final long INPUT_BYTES = 12;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final int models = Integer.getInteger("models", 300);
    private final int open = Integer.getInteger("open", 50);
    private final int requests = Integer.getInteger("requests", 20_000);
    private final int clients = Integer.getInteger("clients", 8);
    private final byte[] photograph = Files.readAllBytes(Photographs.files().get(0));
    private final Map<String, Integer> outcomes = Collections.synchronizedMap(new TreeMap<>());
    private final List<Double> milliseconds = Collections.synchronizedList(new ArrayList<>());

    private ManyModelsBenchmark() throws IOException {}

    public static void main(String[] arguments) throws Exception {
        ManyModelsBenchmark benchmark = new ManyModelsBenchmark();
        try (Models directory = Models.cheap()) {
            Path graph = arguments.length > 0 ? Path.of(arguments[0]) : null;
            for (int i = 0; i < benchmark.models; i++) {
                if (graph == null) {
                    directory.addCheap(name(i));
                } else {
                    directory.add(name(i), graph);
                }
            }
            Path first = directory.directory().resolve(name(0)).resolve("1/model.onnx");
            System.out.printf(
                    "%d models of %.1f MB, %d clients%n", benchmark.models, Files.size(first) / 1e6, benchmark.clients);
            if (!System.getProperty("eager", "true").equals("false")) {
                try (Server service = start("eager", directory)) {
                    benchmark.requestAll(service, "further");
                }
            }
            Map<String, String> metadata = Session.metadata(first);
            long pixels = Long.parseLong(metadata.get("draem.input.width"))
                    * Long.parseLong(metadata.get("draem.input.height"));
            long inputs = Server.THREADS > 1 ? 2 * INPUT_BYTES * pixels : INPUT_BYTES * pixels;
            benchmark.onDemand(directory, (2 * Files.size(first) + inputs) * benchmark.open);
        }
    }

    private void onDemand(Models directory, long budget) throws Exception {
        String[] options = {
            "--draem.models.loading=on-demand",
            "--draem.models.memory-budget=" + budget + "B",
            "--draem.shutdown.settle-delay=0s"
        };
        try (Server service = start("on demand, " + open + " open at a time", directory, options)) {
            requestAll(service, "first");
            requestLast(service);
            double before = metric(service, "draem_model_open_seconds_count");
            long start = System.nanoTime();
            AtomicInteger left = new AtomicInteger(requests);
            run(service, left, requests);
            double seconds = (System.nanoTime() - start) / 1e9;
            double opened = metric(service, "draem_model_open_seconds_count") - before;
            System.out.printf(
                    Locale.ROOT,
                    "%d requests: %s, %.0f per second; %.0f openings, %.1f %% found their model open; %d MiB resident%n",
                    requests,
                    outcomes,
                    requests / seconds,
                    opened,
                    100 * (1 - opened / requests),
                    service.residentMegabytes());
            print("  with others");
            terminated(service);
        }
    }

    /** Ends the service while clients send: each request has an answer, or its connection was refused. */
    private void terminated(Server service) throws Exception {
        outcomes.clear();
        AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> running = thread.submit(() -> {
                run(service, left, Integer.MAX_VALUE);
                return null;
            });
            while (outcomes.getOrDefault("200", 0) < 20 * clients) {
                Thread.sleep(10);
            }
            ProcessHandle.of(service.pid()).orElseThrow().destroy();
            ProcessHandle.of(service.pid())
                    .ifPresent(process -> process.onExit().join());
            left.set(0);
            running.get(1, TimeUnit.MINUTES);
        } finally {
            thread.shutdownNow();
        }
        System.out.println("with SIGTERM: " + outcomes);
    }

    private void run(Server service, AtomicInteger left, int seed) throws Exception {
        double[] shares = new double[models];
        double sum = 0;
        for (int i = 0; i < models; i++) {
            sum += 1.0 / (i + 1);
            shares[i] = sum;
        }
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                Random random = new Random(31L * seed + client);
                running.add(threads.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        double at = random.nextDouble() * shares[models - 1];
                        int model = 0;
                        while (shares[model] < at) {
                            model++;
                        }
                        request(service, model);
                    }
                    return null;
                }));
            }
            for (Future<?> client : running) {
                client.get(1, TimeUnit.HOURS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void requestAll(Server service, String which) throws Exception {
        for (int i = 0; i < models; i++) {
            request(service, i);
        }
        System.out.printf("  after a request to each: %d MiB resident%n", service.residentMegabytes());
        print("  " + which + " request, one client");
    }

    /** Those that were requested last are open. */
    private void requestLast(Server service) throws Exception {
        for (int turn = 0; turn < 6; turn++) {
            for (int i = models - open; i < models; i++) {
                request(service, i);
            }
        }
        print("  further requests, one client");
    }

    private void request(Server service, int model) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(service.uri("/v1/detect?model=" + name(model)))
                .header("Content-Type", "image/jpeg")
                .timeout(Duration.ofMinutes(2))
                .POST(HttpRequest.BodyPublishers.ofByteArray(photograph))
                .build();
        long start = System.nanoTime();
        String outcome;
        try {
            int status =
                    CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            outcome = Integer.toString(status);
            if (status == OK) {
                milliseconds.add((System.nanoTime() - start) / 1e6);
            } else if (status == UNAVAILABLE) {
                Thread.sleep(20);
            }
        } catch (ConnectException e) {
            outcome = "connection refused";
            Thread.sleep(20);
        } catch (IOException e) {
            outcome = "no answer: " + e.getMessage();
        }
        outcomes.merge(outcome, 1, Integer::sum);
    }

    private void print(String what) {
        double[] sorted =
                milliseconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%s: p50 %.1f ms, p99 %.1f ms, most %.1f ms; %s%n",
                what,
                sorted[sorted.length / 2],
                sorted[sorted.length * 99 / 100],
                sorted[sorted.length - 1],
                outcomes);
        milliseconds.clear();
        outcomes.clear();
    }

    private static Server start(String what, Models directory, String... options) throws Exception {
        long start = System.nanoTime();
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--draem.models.default=measured");
        Server service = Server.service(directory.directory(), all.toArray(String[]::new));
        System.out.printf(
                Locale.ROOT,
                "%s: ready after %.1f s, %d MiB resident%n",
                what,
                (System.nanoTime() - start) / 1e9,
                service.residentMegabytes());
        return service;
    }

    private static double metric(Server service, String name) throws Exception {
        return service.get("/actuator/prometheus")
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static String name(int model) {
        return String.format(Locale.ROOT, "model-%03d", model);
    }
}
