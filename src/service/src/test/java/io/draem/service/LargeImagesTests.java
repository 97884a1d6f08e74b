package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.testing.Await;
import io.draem.testing.LongTest;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Measures how small images fare while clients send one after the other the largest that the service takes. */
@Tag("slow")
@Timeout(300)
class LargeImagesTests {

    private static final int CLIENTS = 4;
    private static final int SIDE = 8_000;
    private static final int SMALL_IMAGES = 200;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"", "?include=overlay"})
    @LongTest
    void smallImagesAreAnsweredWhileFourClientsSendTheLargest(String query) throws Exception {
        try (ServiceProcess service = ServiceProcess.start(directory, ServiceProcess.OPTIMIZED, "-Xmx2g")) {
            int port = service.awaitPort();
            Await.until(Duration.ofMinutes(1), () -> status(port, "/actuator/health/readiness", null) == 200);
            byte[] small = Files.readAllBytes(TestModels.good());
            times(port, small);
            List<Double> idle = times(port, small);

            byte[] large = largest();
            AtomicBoolean end = new AtomicBoolean();
            AtomicInteger answered = new AtomicInteger();
            List<Integer> others = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch warm = new CountDownLatch(CLIENTS);
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new Thread(() -> send(port, "/v1/detect" + query, large, end, answered, others, warm)));
            }
            clients.forEach(Thread::start);
            warm.await();
            int before = answered.get();
            long start = System.nanoTime();
            List<Double> loaded = times(port, small);
            double seconds = (System.nanoTime() - start) / 1e9;
            double perSecond = (answered.get() - before) / seconds;
            end.set(true);
            for (Thread client : clients) {
                client.join();
            }
            System.out.printf(
                    Locale.ROOT,
                    "Small images beside %d clients with %d bytes of %dx%d%s: idle p50 %.0f ms, p99 %.0f ms; loaded p50"
                            + " %.0f ms, p99 %.0f ms; large images per second: %.2f%n",
                    CLIENTS,
                    large.length,
                    SIDE,
                    SIDE,
                    query,
                    quantile(idle, 0.5),
                    quantile(idle, 0.99),
                    quantile(loaded, 0.5),
                    quantile(loaded, 0.99),
                    perSecond);
            assertThat(others).isEmpty();
            assertThat(quantile(loaded, 0.99)).isLessThan(3 * quantile(idle, 0.99));
        }
    }

    private static void send(
            int port,
            String path,
            byte[] image,
            AtomicBoolean end,
            AtomicInteger answered,
            List<Integer> others,
            CountDownLatch warm) {
        while (!end.get()) {
            try {
                int status = status(port, path, image);
                if (status == 200) {
                    answered.incrementAndGet();
                } else {
                    others.add(status);
                }
            } catch (IOException e) {
                others.add(-1);
            }
            warm.countDown();
        }
    }

    /** Returns the milliseconds until each of the small images has its answer, one after the other. */
    private static List<Double> times(int port, byte[] image) throws IOException {
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < SMALL_IMAGES; i++) {
            long start = System.nanoTime();
            assertThat(status(port, "/v1/detect", image)).isEqualTo(200);
            times.add((System.nanoTime() - start) / 1e6);
        }
        return times;
    }

    private static double quantile(List<Double> times, double share) {
        return times.stream()
                .sorted()
                .skip((long) (share * (times.size() - 1)))
                .findFirst()
                .orElseThrow();
    }

    private static int status(int port, String path, byte @Nullable [] image) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://localhost:" + port + path).toURL().openConnection();
        if (image != null) {
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/octet-stream");
            connection.getOutputStream().write(image);
        }
        int status = connection.getResponseCode();
        try (var body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            if (body != null) {
                body.readAllBytes();
            }
        }
        return status;
    }

    /** A PNG of one bit per pixel and some kilobytes. */
    private static byte[] largest() throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_BINARY);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }
}
