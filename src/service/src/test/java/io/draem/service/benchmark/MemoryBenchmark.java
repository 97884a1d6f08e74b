package io.draem.service.benchmark;

import java.time.Duration;

/**
 * Resident memory of the service while it answers as fast as it can: with a graph that costs next to nothing, so that
 * many requests go through decoding, queue, run and answer in a minute or two. Properties: {@code vegeta},
 * {@code requests} (50,000).
 */
final class MemoryBenchmark {

    private static final int CONNECTIONS = 4;
    private static final int STEP = 5_000;

    private MemoryBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Vegeta vegeta = new Vegeta(System.getProperty("vegeta", "vegeta"));
        int requests = Integer.getInteger("requests", 50_000);
        try (Models models = Models.cheap();
                Server service = Server.service(models.directory())) {
            System.out.printf("started: %d MiB%n", service.residentMegabytes());
            long sent = 0;
            double rate = 250;
            for (int until = STEP; until <= requests; until += STEP) {
                while (sent < until) {
                    Duration time = Duration.ofMillis((long) Math.max(1000, (until - sent) / rate * 1000));
                    Vegeta.Report report = vegeta.atMost(service, "/v1/detect", CONNECTIONS, time);
                    rate = report.rate();
                    sent += Math.round(rate * time.toMillis() / 1000);
                }
                System.out.printf("%,7d requests, %3.0f/s: %d MiB resident%n", sent, rate, service.residentMegabytes());
            }
        }
    }
}
