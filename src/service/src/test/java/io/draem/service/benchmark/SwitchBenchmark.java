package io.draem.service.benchmark;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Memory of the service while one version of a model takes the place of another, both being loaded for a moment, and how
 * long that takes. Argument: the graph.
 */
final class SwitchBenchmark {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private SwitchBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path graph = Path.of(arguments[0]);
        try (Models models = Models.of(graph);
                Server service = Server.service(models.directory(), "--draem.models.poll-interval=1s")) {
            Thread.sleep(2_000);
            System.out.printf("version 1 in service: %d MiB%n", service.residentMegabytes());
            for (int version = 2; version <= 4; version++) {
                service.forgetPeak();
                models.add(version, graph);
                long start = System.nanoTime();
                while (!service.get("/v1/models").replace(" ", "").contains("\"version\":" + version)) {
                    if (System.nanoTime() - start > LIMIT.toNanos()) {
                        throw new IllegalStateException(service.get("/v1/models"));
                    }
                    Thread.sleep(50);
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                Thread.sleep(2_000); // the old one is closed behind the last request
                System.out.printf(
                        "version %d in service after %.1f s: at most %d MiB meanwhile, then %d MiB%n",
                        version, seconds, service.peakMegabytes(), service.residentMegabytes());
            }
        }
    }
}
