package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.testing.LongTest;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service in a JVM of its own with the heaps of small containers: 410 MB is that of a memory limit of 1Gi. */
@Tag("slow")
class SmallHeapTests {

    private static final Pattern LARGEST =
            Pattern.compile("heap of \\d+ MiB takes images of up to ([0-9.]+) megapixels and ([0-9.]+) MiB");
    private static final Pattern MEMORY =
            Pattern.compile("(?m)^draem_rejected_total\\{.*reason=\"memory\".*} ([0-9.E]+)$");
    private static final Pattern READY = Pattern.compile("Ready in ");
    private static final String ALL_PICTURES =
            "?include=map&include=map-float32&include=mask&include=overlay&include=polygon";
    private static final int AT_A_TIME = 4;
    private static final int AS_STORED = 1;
    private static final int TURNED_RIGHT = 6;

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void answersTheLargestImageAndRefusesLargerOnesWithoutRunningOutOfMemory() throws Exception {
        sendLargestAndLargerImages(256);
    }

    @LongTest
    @Test
    void doesItWithTheHeapOfALargerContainer() throws Exception {
        sendLargestAndLargerImages(410);
    }

    private void sendLargestAndLargerImages(int megabytes) throws Exception {
        try (ServiceProcess service =
                ServiceProcess.start(directory, "-Xmx" + megabytes + "m", "--draem.request-timeout=2m")) {
            double megapixels = Double.parseDouble(service.awaitLine(LARGEST).group(1));
            int port = service.awaitPort();
            service.awaitLine(READY);

            int side = (int) Math.sqrt(megapixels * 1e6 - 1e5);
            for (Kind kind : List.of(Kind.BLACK_AND_WHITE, Kind.RGB, Kind.DEEP_WITH_ALPHA)) {
                byte[] largest = png(side, side, kind, AS_STORED);
                assertThat(post(port, "", largest).get().statusCode()).isEqualTo(200);
                assertThat(post(port, ALL_PICTURES, largest).get().statusCode()).isEqualTo(200);
                assertThat(statuses(port, ALL_PICTURES, largest)).isSubsetOf(200, 503);
                byte[] huge = png(8_000, 8_000, kind, AS_STORED);
                assertThat(statuses(port, "", huge)).isSubsetOf(200, 413, 503);
                assertThat(statuses(port, ALL_PICTURES, huge)).isSubsetOf(413, 503);
            }
            assertThat(post(port, "", Files.readAllBytes(TestModels.good()))
                            .get()
                            .statusCode())
                    .isEqualTo(200);
            assertThat(rejectedForMemory(port)).isZero();
        }
    }

    /** With the smaller heap: the larger one takes images of proportional size, and minutes. */
    @Test
    @LongTest
    void answersOrRefusesImagesOfEveryKindAndShapeWithoutRunningOutOfMemory() throws Exception {
        try (ServiceProcess service = ServiceProcess.start(directory, "-Xmx256m", "--draem.request-timeout=2m")) {
            Matcher limits = service.awaitLine(LARGEST);
            int pixels = (int) (Double.parseDouble(limits.group(1)) * 1e6 - 1e5);
            double bytes = Double.parseDouble(limits.group(2)) * (1 << 20);
            int port = service.awaitPort();
            service.awaitLine(READY);

            int side = (int) Math.sqrt(pixels);
            int noise = Math.min(side, (int) Math.sqrt(0.9 * bytes / 3));
            List<byte[]> images = List.of(
                    png(noise, noise, Kind.NOISE, AS_STORED),
                    jpeg(side, false),
                    jpeg(side, true),
                    flatWebp(side),
                    tiff(side),
                    png(pixels, 1, Kind.GREY, AS_STORED),
                    png(pixels, 1, Kind.RGB, AS_STORED),
                    png(1, pixels, Kind.GREY, AS_STORED),
                    png(1, pixels, Kind.GREY, TURNED_RIGHT),
                    png(65_000, pixels / 65_000, Kind.RGB, AS_STORED));
            for (int i = 0; i < images.size(); i++) {
                boolean thin = i >= 5;
                byte[] image = images.get(i);
                assertThat(post(port, "", image).get().statusCode()).isIn(thin ? List.of(200, 413) : List.of(200));
                for (String query : List.of("", ALL_PICTURES)) {
                    assertThat(statuses(port, query, image)).as(i + query).isSubsetOf(200, 413, 503);
                }
                assertThat(rejectedForMemory(port)).as("image %d", i).isZero();
            }
        }
    }

    /** Returns how many requests found no memory. */
    private double rejectedForMemory(int port) throws Exception {
        String metrics = client.send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/prometheus"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        assertThat(metrics).contains("draem_detect_seconds_count");
        Matcher memory = MEMORY.matcher(metrics);
        return memory.find() ? Double.parseDouble(memory.group(1)) : 0;
    }

    @Test
    void endsTheStartWhereASettingDoesNotFitTheHeap() throws Exception {
        try (ServiceProcess service =
                ServiceProcess.start(directory, "-Xmx256m", "--draem.image.max-pixels=64000000")) {
            assertThat(service.awaitExit()).isEqualTo(1);
            assertThat(service.log())
                    .contains(
                            "draem.image.max-pixels is 64000000, which takes 977 MiB",
                            "Remove draem.image.max-pixels",
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
        DEEP_WITH_ALPHA(6, 16, 64),
        GREY(0, 8, 8),
        NOISE(2, 8, 24);

        private final int colorType;
        private final int depth;
        private final int bitsPerPixel;

        Kind(int colorType, int depth, int bitsPerPixel) {
            this.colorType = colorType;
            this.depth = depth;
            this.bitsPerPixel = bitsPerPixel;
        }
    }

    /** Returns an image, black unless it is of noise, written row by row. */
    private static byte[] png(int width, int height, Kind kind, int orientation) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeInt(width);
        fields.writeInt(height);
        fields.write(new byte[] {(byte) kind.depth, (byte) kind.colorType, 0, 0, 0});
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        Random random = new Random(1);
        try (DeflaterOutputStream deflated =
                new DeflaterOutputStream(data, new Deflater(Deflater.BEST_SPEED), 1 << 16)) {
            byte[] row = new byte[1 + (width * kind.bitsPerPixel + 7) / 8];
            for (int y = 0; y < height; y++) {
                if (kind == Kind.NOISE) {
                    random.nextBytes(row);
                    row[0] = 0;
                }
                deflated.write(row);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        chunk(png, "IHDR", header.toByteArray());
        ByteBuffer exif = ByteBuffer.allocate(26).put(new byte[] {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1});
        chunk(
                png,
                "eXIf",
                exif.putInt(0x0112_0003).putInt(1).putInt(orientation << 16).array());
        chunk(png, "IDAT", data.toByteArray());
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    /** Returns a JPEG of noise. */
    private static byte[] jpeg(int side, boolean progressive) throws IOException {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_3BYTE_BGR);
        new Random(1).nextBytes(((DataBufferByte) image.getRaster().getDataBuffer()).getData());
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(0.1f);
        parameters.setProgressiveMode(progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** Returns a lossless WebP whose five codes have one symbol each, so that its pixels take no bit. */
    private static byte[] flatWebp(int side) {
        BitSet bits = new BitSet();
        int at = 0;
        for (int[] field : new int[][] {
            {side - 1, 14},
            {side - 1, 14},
            {0, 7},
            {5, 3},
            {90, 8},
            {5, 3},
            {90, 8},
            {5, 3},
            {90, 8},
            {5, 3},
            {255, 8},
            {5, 3},
            {0, 8}
        }) {
            for (int bit = 0; bit < field[1]; bit++) {
                bits.set(at++, (field[0] >> bit & 1) == 1);
            }
        }
        byte[] data = Arrays.copyOf(bits.toByteArray(), 15);
        ByteBuffer webp = ByteBuffer.allocate(36).order(ByteOrder.LITTLE_ENDIAN);
        webp.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(28);
        webp.put("WEBPVP8L".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        return webp.put((byte) 0x2F).put(data).array();
    }

    /** Returns a TIFF of 16 bits that is one strip. */
    private static byte[] tiff(int side) throws IOException {
        ByteArrayOutputStream strip = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflated = new DeflaterOutputStream(strip)) {
            byte[] row = new byte[6 * side];
            for (int y = 0; y < side; y++) {
                deflated.write(row);
            }
        }
        int[][] tags = {
            {256, side},
            {257, side},
            {258, 16},
            {259, 8},
            {262, 2},
            {273, 122},
            {277, 3},
            {278, side},
            {279, strip.size()}
        };
        ByteBuffer tiff = ByteBuffer.allocate(122 + strip.size()).order(ByteOrder.LITTLE_ENDIAN);
        tiff.put(new byte[] {'I', 'I', 42, 0}).putInt(8).putShort((short) tags.length);
        for (int[] tag : tags) {
            tiff.putShort((short) tag[0]).putShort((short) 4).putInt(1).putInt(tag[1]);
        }
        return tiff.putInt(0).put(strip.toByteArray()).array();
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
