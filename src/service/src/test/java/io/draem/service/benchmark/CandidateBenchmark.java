package io.draem.service.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Latency of images with and without a candidate that examines all of them too, turn about. Arguments: images per second,
 * one after the other. Properties: {@code seconds} of each turn (30), {@code turns} of each (2), {@code jvm}.
 */
final class CandidateBenchmark {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private CandidateBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int seconds = Integer.getInteger("seconds", 30);
        int turns = Integer.getInteger("turns", 2);
        List<byte[]> photographs = new ArrayList<>();
        for (Path file : Photographs.files()) {
            photographs.add(Files.readAllBytes(file));
        }
        try (Models models = Models.of(Session.SHIPPED)) {
            Path marker = Files.createDirectories(models.directory().resolve("measured/2"))
                    .resolve("candidate");
            Files.writeString(marker, "0");
            models.add(2, Session.SHIPPED);
            try (Server service = Server.service(models.directory(), "--draem.models.poll-interval=1s")) {
                ConstantRate.of(service.uri("/v1/detect"), photographs, 5, 10);
                for (String rate : arguments) {
                    for (int turn = 0; turn < 2 * turns; turn++) {
                        int share = turn % 2;
                        Files.writeString(marker, Integer.toString(share));
                        awaitShare(service, share);
                        JsonNode before = comparison(service).get("images");
                        ConstantRate latency = ConstantRate.of(
                                service.uri("/v1/detect"), photographs, Integer.parseInt(rate), seconds);
                        JsonNode after = comparison(service).get("images");
                        System.out.printf(
                                "%s per second, share %d: %s; candidate ran %d, dropped %d%n",
                                rate,
                                share,
                                latency,
                                difference(before, after, "compared"),
                                difference(before, after, "dropped"));
                    }
                }
                System.out.println(comparison(service));
            }
        }
    }

    private static int difference(JsonNode before, JsonNode after, String count) {
        return after.get(count).asInt() - before.get(count).asInt();
    }

    private static JsonNode comparison(Server service) throws Exception {
        return JSON.readTree(service.get("/v1/models/measured/comparison"));
    }

    private static void awaitShare(Server service, int share) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (comparison(service).path("share").asInt(-1) != share) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(service.get("/v1/models/measured"));
            }
            Thread.sleep(100);
        }
    }
}
