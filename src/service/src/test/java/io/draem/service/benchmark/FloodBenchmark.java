package io.draem.service.benchmark;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Latency of single small images of the shipped model, idle, beside a flood of frames of 12 megapixels of another model on
 * the same processors, and idle again. Argument: the graph of a tiled model. Properties: {@code seconds} of each (60),
 * {@code rate} of small images per second (5), {@code flood} frames at a time (4), {@code jvm} (as {@code -Xmx2g}).
 */
final class FloodBenchmark {

    private static final int WIDTH = 4096;
    private static final int HEIGHT = 3000;
    private static final String SMALL = "/v1/detect?model=small";
    private static final String FRAMES = "/v1/detect?model=measured";
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int OK = 200;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Server service;
    private final int seconds = Integer.getInteger("seconds", 60);
    private final int rate = Integer.getInteger("rate", 5);
    private final List<byte[]> photographs = new ArrayList<>();

    private FloodBenchmark(Server service) throws IOException {
        this.service = service;
        for (Path file : Photographs.files()) {
            photographs.add(Files.readAllBytes(file));
        }
    }

    public static void main(String[] arguments) throws Exception {
        int flood = Integer.getInteger("flood", 4);
        byte[] frame = Photographs.tray(WIDTH, HEIGHT);
        try (Models models = Models.of(Path.of(arguments[0]))) {
            models.add("small", Session.SHIPPED);
            try (Server service =
                    Server.service(models.directory(), "--draem.models.default=small", "--draem.request-timeout=10m")) {
                FloodBenchmark benchmark = new FloodBenchmark(service);
                for (int i = 0; i < 2 * benchmark.photographs.size(); i++) {
                    benchmark.requireSuccess(SMALL, benchmark.photograph(i));
                }
                benchmark.requireSuccess(FRAMES, frame);
                System.out.printf(
                        "small images, %d per second; latency in milliseconds from when each was due%n",
                        benchmark.rate);
                benchmark.small("idle");
                try (Flood frames = benchmark.new Flood(frame, flood)) {
                    long start = System.nanoTime();
                    benchmark.small("flood");
                    double minutes = (System.nanoTime() - start) / 60e9;
                    System.out.printf(
                            "  meanwhile %d frames of %dx%d answered (%.2f per minute), %d not, %d at a time%n",
                            frames.answered.get(),
                            WIDTH,
                            HEIGHT,
                            frames.answered.get() / minutes,
                            frames.refused.get(),
                            flood);
                }
                benchmark.small("idle");
            }
        }
    }

    private void small(String beside) throws InterruptedException {
        System.out.printf("%-6s %s%n", beside, ConstantRate.of(service.uri(SMALL), photographs, rate, seconds));
    }

    private byte[] photograph(int i) {
        return photographs.get(i % photographs.size());
    }

    private HttpRequest request(String path, byte[] jpeg) {
        return HttpRequest.newBuilder(service.uri(path))
                .header("Content-Type", "image/jpeg")
                .timeout(LIMIT)
                .POST(HttpRequest.BodyPublishers.ofByteArray(jpeg))
                .build();
    }

    private void requireSuccess(String path, byte[] jpeg) throws IOException, InterruptedException {
        HttpResponse<String> response = CLIENT.send(request(path, jpeg), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != OK) {
            throw new IllegalStateException(response.body());
        }
    }

    /** Keeps a number of frames in the service until it is closed, which cancels them. */
    private final class Flood implements AutoCloseable {

        private final AtomicInteger answered = new AtomicInteger();
        private final AtomicInteger refused = new AtomicInteger();
        private final List<Thread> threads = new ArrayList<>();

        Flood(byte[] frame, int atATime) {
            for (int i = 0; i < atATime; i++) {
                Thread thread = new Thread(() -> {
                    try {
                        while (true) {
                            int status = CLIENT.send(request(FRAMES, frame), HttpResponse.BodyHandlers.discarding())
                                    .statusCode();
                            (status == OK ? answered : refused).incrementAndGet();
                        }
                    } catch (IOException | InterruptedException e) {
                        // The flood is over, or the service has ended, which the small images show.
                    }
                });
                thread.start();
                threads.add(thread);
            }
        }

        @Override
        public void close() throws InterruptedException {
            for (Thread thread : threads) {
                thread.interrupt();
                thread.join(LIMIT.toMillis());
            }
        }
    }
}
