package io.draem.service.benchmark;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Latency of images that are sent at a constant rate, however long their answers take, in milliseconds from when each was
 * due.
 */
record ConstantRate(int answered, int failed, double median, double p99, double most) {

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int OK = 200;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** Sends images, one after the other and from the first again, and waits for all answers. */
    static ConstantRate of(URI uri, List<byte[]> images, int perSecond, int seconds) throws InterruptedException {
        List<CompletableFuture<Double>> sent = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < seconds * perSecond; i++) {
            long due = start + i * TimeUnit.SECONDS.toNanos(1) / perSecond;
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .header("Content-Type", "image/jpeg")
                    .timeout(LIMIT)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(images.get(i % images.size())))
                    .build();
            sent.add(CLIENT.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                    .handle((response, failure) -> failure == null && response.statusCode() == OK
                            ? (System.nanoTime() - due) / 1e6
                            : Double.NaN));
        }
        List<Double> times = sent.stream()
                .map(CompletableFuture::join)
                .filter(time -> !time.isNaN())
                .sorted()
                .toList();
        if (times.isEmpty()) {
            throw new IllegalStateException("No image was answered");
        }
        return new ConstantRate(
                times.size(),
                sent.size() - times.size(),
                percentile(times, 50),
                percentile(times, 99),
                percentile(times, 100));
    }

    /** Returns the smallest value that so many percent of the values do not exceed. */
    private static double percentile(List<Double> sorted, int percent) {
        return sorted.get((sorted.size() * percent + 99) / 100 - 1);
    }

    @Override
    public String toString() {
        return "%5d answered, %d not: p50 %8.1f, p99 %8.1f, most %8.1f".formatted(answered, failed, median, p99, most);
    }
}
