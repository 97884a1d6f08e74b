package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service in a JVM of its own with the heaps of small containers: 410 MB is that of a memory limit of 1Gi. */
class SmallHeapTests {

    private static final Pattern LARGEST =
            Pattern.compile("heap of \\d+ MiB takes images of up to ([0-9.]+) megapixels");
    private static final Pattern READY = Pattern.compile("Ready in ");
    private static final String ALL_PICTURES =
            "?include=map&include=map-float32&include=mask&include=overlay&include=polygon";
    private static final int AT_A_TIME = 4;

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {256, 410})
    void answersTheLargestImageAndRefusesLargerOnesWithoutRunningOutOfMemory(int megabytes) throws Exception {
        try (ServiceProcess service =
                ServiceProcess.start(directory, "-Xmx" + megabytes + "m", "--draem.request-timeout=2m")) {
            double megapixels = Double.parseDouble(service.awaitLine(LARGEST).group(1));
            int port = service.awaitPort();
            service.awaitLine(READY);

            int side = (int) Math.sqrt(megapixels * 1e6 - 1e5);
            for (Kind kind : Kind.values()) {
                byte[] largest = png(side, kind);
                assertThat(post(port, "", largest).get().statusCode()).isEqualTo(200);
                assertThat(post(port, ALL_PICTURES, largest).get().statusCode()).isEqualTo(200);
                assertThat(statuses(port, ALL_PICTURES, largest)).isSubsetOf(200, 503);
                byte[] huge = png(8_000, kind);
                assertThat(statuses(port, "", huge)).isSubsetOf(200, 413, 503);
                assertThat(statuses(port, ALL_PICTURES, huge)).isSubsetOf(413, 503);
            }
            assertThat(post(port, "", Files.readAllBytes(TestModels.good()))
                            .get()
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void endsTheStartWhereASettingDoesNotFitTheHeap() throws Exception {
        try (ServiceProcess service =
                ServiceProcess.start(directory, "-Xmx256m", "--draem.image.max-pixels-in-flight=64000000")) {
            assertThat(service.awaitExit()).isEqualTo(1);
            assertThat(service.log())
                    .contains(
                            "draem.image.max-pixels-in-flight is 64000000, which takes 977 MiB",
                            "Remove draem.image.max-pixels-in-flight",
                            "-Xmx")
                    .doesNotContain("\tat ");
        }
    }

    private List<Integer> statuses(int port, String query, byte[] image) throws Exception {
        List<CompletableFuture<HttpResponse<Void>>> answers = new ArrayList<>();
        for (int i = 0; i < AT_A_TIME; i++) {
            answers.add(post(port, query, image));
        }
        List<Integer> statuses = new ArrayList<>();
        for (CompletableFuture<HttpResponse<Void>> answer : answers) {
            statuses.add(answer.get().statusCode());
        }
        return statuses;
    }

    private CompletableFuture<HttpResponse<Void>> post(int port, String query, byte[] image) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/detect" + query))
                .header("Content-Type", "image/png")
                .timeout(Duration.ofMinutes(3))
                .POST(HttpRequest.BodyPublishers.ofByteArray(image))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
    }

    private enum Kind {
        BLACK_AND_WHITE(0, 1, 1),
        RGB(2, 8, 24),
        DEEP_WITH_ALPHA(6, 16, 64);

        private final int colorType;
        private final int depth;
        private final int bitsPerPixel;

        Kind(int colorType, int depth, int bitsPerPixel) {
            this.colorType = colorType;
            this.depth = depth;
            this.bitsPerPixel = bitsPerPixel;
        }
    }

    /** Returns a black square, written row by row. */
    private static byte[] png(int side, Kind kind) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeInt(side);
        fields.writeInt(side);
        fields.write(new byte[] {(byte) kind.depth, (byte) kind.colorType, 0, 0, 0});
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflated = new DeflaterOutputStream(data)) {
            byte[] row = new byte[1 + (side * kind.bitsPerPixel + 7) / 8];
            for (int y = 0; y < side; y++) {
                deflated.write(row);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        chunk(png, "IHDR", header.toByteArray());
        chunk(png, "IDAT", data.toByteArray());
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream png, String type, byte[] data) throws IOException {
        DataOutputStream out = new DataOutputStream(png);
        CRC32 checksum = new CRC32();
        checksum.update(type.getBytes(StandardCharsets.US_ASCII));
        checksum.update(data);
        out.writeInt(data.length);
        out.writeBytes(type);
        out.write(data);
        out.writeInt((int) checksum.getValue());
    }
}
