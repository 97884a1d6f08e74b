package io.draem.service.benchmark;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares one request at a time with one run at a time, turn about: what the service adds to a large model. Arguments:
 * the graph, the number of turns.
 */
final class LatencyBenchmark {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private LatencyBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path graph = Path.of(arguments[0]);
        int turns = Integer.parseInt(arguments[1]);
        List<Path> photographs = Photographs.files();
        List<Double> served = new ArrayList<>();
        Map<String, List<Double>> stages = new LinkedHashMap<>();
        List<Double> bare = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        try (Models models = Models.of(graph);
                Server service = Server.service(models.directory());
                BareLoop loop = BareLoop.start(graph, Server.THREADS, false)) {
            for (int turn = -2; turn < turns; turn++) {
                byte[] photograph = Files.readAllBytes(photographs.get(Math.floorMod(turn, photographs.size())));
                // Whoever goes first goes second next time: a machine that slows down favours neither.
                double run = Math.floorMod(turn, 2) == 0 ? bare(loop) : 0;
                long start = System.nanoTime();
                HttpResponse<String> answer = detect(service, photograph);
                double request = (System.nanoTime() - start) / 1e6;
                run = run == 0 ? bare(loop) : run;
                if (turn >= 0) {
                    served.add(request);
                    timing(answer)
                            .forEach((stage, time) -> stages.computeIfAbsent(stage, added -> new ArrayList<>())
                                    .add(time));
                    bare.add(run);
                    ratios.add(request / run);
                }
            }
            System.out.printf("%d turns, %d threads, milliseconds: least, median, most%n", turns, Server.THREADS);
            print("POST /v1/detect", served);
            stages.forEach((stage, times) -> print("  of which " + stage, times));
            print("bare run", bare);
            System.out.printf(
                    "median request / median run: %.4f; median of the pairs' ratios: %.4f%n",
                    Spread.of(served).median() / Spread.of(bare).median(),
                    Spread.of(ratios).median());
        }
    }

    private static double bare(BareLoop loop) throws IOException, InterruptedException {
        return Vegeta.ms(loop.run(Duration.ZERO).median());
    }

    private static HttpResponse<String> detect(Server service, byte[] photograph)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = CLIENT.send(
                HttpRequest.newBuilder(service.uri("/v1/detect"))
                        .header("Content-Type", "image/jpeg")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(photograph))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.body());
        }
        return answer;
    }

    /** Returns the milliseconds of each step, as the service tells them. */
    private static Map<String, Double> timing(HttpResponse<String> answer) {
        Map<String, Double> timing = new LinkedHashMap<>();
        for (String entry :
                answer.headers().firstValue("Server-Timing").orElseThrow().split(", *")) {
            String[] parts = entry.split(";dur=");
            timing.put(parts[0], Double.parseDouble(parts[1]));
        }
        return timing;
    }

    private static void print(String what, List<Double> values) {
        Spread spread = Spread.of(values);
        System.out.printf("%-22s %9.2f %9.2f %9.2f%n", what, spread.least(), spread.median(), spread.most());
    }
}
