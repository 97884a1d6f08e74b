package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.frame.FrameScale;
import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.model.TestModels;
import io.draem.testing.LongTest;
import io.draem.testing.ProcessMemory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images of 12 megapixels that a model cuts into 266 tiles, several at a time, in a JVM of its own. */
@Tag("slow")
@Timeout(300)
class LargeFramesTests {

    private static final int AT_A_TIME = 8;
    private static final int WIDTH = 4096;
    private static final int HEIGHT = 3000;
    private static final Pattern READY = Pattern.compile("Ready in ");
    private static final Pattern MOST =
            Pattern.compile("Model .*tiles of 256x256.* images of up to ([0-9.]+) megapixels");

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @LongTest
    @Test
    void eightImagesOf12MegapixelsAtATimeFitTheHeapThatTakesOne() throws Exception {
        Path version = Files.createDirectories(directory.resolve("models/tiled/1"));
        FrameSize tile = FrameSize.square(256);
        Tiling tiling = new Tiling(FrameScale.ONE, Tiling.overlapOf(tile), Tiling.marginOf(tile));
        Framing framing = new Framing(tiling, FrameScore.MAXIMUM, null, false);
        Files.write(version.resolve("model.onnx"), TestModels.tiled(tile, framing));
        try (ServiceProcess service = ServiceProcess.start(
                directory,
                ServiceProcess.OPTIMIZED,
                "-Xmx640m",
                "--draem.models.directory=" + directory.resolve("models"),
                "--draem.request-timeout=3m")) {
            int port = service.awaitPort();
            double most = Double.parseDouble(service.awaitLine(MOST).group(1));
            service.awaitLine(READY);
            assertThat(most).isGreaterThan(WIDTH * HEIGHT / 1e6);
            for (String format : List.of("png", "jpg")) {
                byte[] image = image(format);
                for (String query : List.of("", "?include=overlay&include=polygon")) {
                    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
                    long start = System.nanoTime();
                    for (int i = 0; i < AT_A_TIME; i++) {
                        answers.add(post(port, query, image));
                    }
                    for (CompletableFuture<HttpResponse<String>> answer : answers) {
                        assertThat(answer.get().statusCode())
                                .as(format + query + ": " + answer.get().body())
                                .isEqualTo(200);
                    }
                    System.out.printf(
                            Locale.ROOT,
                            "%d images of %dx%d as %s%s: %.1f s, resident at most %d MiB%n",
                            AT_A_TIME,
                            WIDTH,
                            HEIGHT,
                            format,
                            query,
                            (System.nanoTime() - start) / 1e9,
                            residentMegabytes(service));
                }
            }
            assertThat(service.log()).doesNotContain("OutOfMemoryError", "heap was too small");
        }
    }

    private static long residentMegabytes(ServiceProcess service) throws IOException {
        return Files.exists(Path.of("/proc")) ? ProcessMemory.peakMegabytes(service.pid()) : 0;
    }

    private CompletableFuture<HttpResponse<String>> post(int port, String query, byte[] image) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/detect" + query))
                .header("Content-Type", "application/octet-stream")
                .timeout(Duration.ofMinutes(4))
                .POST(HttpRequest.BodyPublishers.ofByteArray(image))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    /** A gradient of colors with a white square. */
    private static byte[] image(String format) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                boolean inside = x >= 3000 && x < 3020 && y >= 2000 && y < 2020;
                image.setRGB(x, y, inside ? 0xFFFFFF : x * 100 / WIDTH << 16 | y * 100 / HEIGHT << 8 | 50);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, format, bytes);
        return bytes.toByteArray();
    }
}
