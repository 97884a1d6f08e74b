package io.draem.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import io.draem.service.detection.SmallResponseBudget;
import io.draem.service.queue.QueueListener;
import io.draem.testing.Await;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** A service with one slot in its queue and short timeouts, whose worker a test can hold. */
@TestPropertySource(
        properties = {
            "draem.inference.runs=1",
            "draem.inference.queue-capacity=1",
            "draem.request-timeout=5s",
            "server.tomcat.threads.max=8",
            "server.tomcat.connection-timeout=2s"
        })
@Tag("slow")
@Timeout(60)
@Import({OverloadHttpTests.Held.class, SmallResponseBudget.class})
class OverloadHttpTests extends HttpTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final String INFER = "/v2/models/" + TestModels.name() + "/infer";

    @TestConfiguration(proxyBeanMethods = false)
    static class Held {

        @Bean
        @Primary
        Worker worker() {
            return new Worker();
        }
    }

    /** Stops the worker before each run until it is let go. */
    static final class Worker implements QueueListener {

        private final Semaphore stopped = new Semaphore(0);
        private final Semaphore go = new Semaphore(0);

        @Override
        public void batchStarted(int size) {
            stopped.release();
            go.acquireUninterruptibly();
        }
    }

    @Autowired
    private Worker worker;

    @LocalServerPort
    private int port;

    @AfterEach
    void letGo() {
        worker.stopped.drainPermits();
        worker.go.drainPermits();
    }

    @Test
    void aFullQueueAnswersAtOnceAndSaysWhenToTryAgain() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> running = detectInBackground();
        worker.stopped.acquire();
        CompletableFuture<HttpResponse<byte[]>> waiting = detectInBackground();
        awaitQueueDepth(1);
        double full = rejected("queue-full");
        HttpResponse<byte[]> refused = detect();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(rejected("queue-full")).isEqualTo(full + 1);
        assertThat(Http.json(refused).get("type").asString()).isEqualTo("urn:draem:problem:overloaded");
        assertThat(refused.headers().firstValueAsLong("Retry-After"))
                .satisfies(seconds -> assertThat(seconds.getAsLong()).isPositive());
        worker.go.release(2);
        assertThat(running.get().statusCode()).isEqualTo(200);
        assertThat(waiting.get().statusCode()).isEqualTo(200);
    }

    @Test
    void theProtocolSaysTheSameInItsOwnForm() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> running = detectInBackground();
        worker.stopped.acquire();
        CompletableFuture<HttpResponse<byte[]>> waiting = detectInBackground();
        awaitQueueDepth(1);
        HttpResponse<byte[]> refused = http.post(INFER, "application/json", encoded());
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
                .isPositive();
        assertThat(Http.json(refused).size()).isEqualTo(1);
        assertThat(Http.json(refused).get("error").asString()).contains("Too many requests wait already");
        worker.go.release(2);
        assertThat(running.get().statusCode()).isEqualTo(200);
        assertThat(waiting.get().statusCode()).isEqualTo(200);
    }

    /** A model that is not served has no queue: its requests are refused as such, not for the one that is full. */
    @Test
    void aFullQueueRefusesNoRequestsForOtherModelsHoweverTheyAreWritten() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> running = detectInBackground();
        worker.stopped.acquire();
        CompletableFuture<HttpResponse<byte[]>> waiting = detectInBackground();
        awaitQueueDepth(1);
        byte[] photograph = Files.readAllBytes(TestModels.good());
        for (String path : List.of(
                "/v1/detect?model=other",
                "/v1/detect?%6Dodel=other",
                "/v1/%64etect;a=b?mode%6C=other",
                "/v2/models/other/infer",
                "/%76%32/models/other/infer",
                "/v2;a=b/models/other/infer?model=" + TestModels.name(),
                "/v1/./detect",
                "//v1/detect")) {
            HttpResponse<byte[]> response = http.post(path, "image/jpeg", photograph);
            assertThat(response.statusCode()).as(path + Http.text(response)).isEqualTo(404);
        }
        worker.go.release(2);
        assertThat(running.get().statusCode()).isEqualTo(200);
        assertThat(waiting.get().statusCode()).isEqualTo(200);
    }

    @Test
    void showsTheBytesAndPixelsThatAreUnderWay() throws Exception {
        awaitNothingUnderWay();
        CompletableFuture<HttpResponse<byte[]>> running = detectInBackground();
        worker.stopped.acquire();
        BufferedImage image = ImageIO.read(TestModels.good().toFile());
        assertThat(gauge("draem_in_flight_bytes")).isEqualTo(Files.size(TestModels.good()));
        // Without a picture in the answer no more is counted than decoding to the model's size takes.
        assertThat(gauge("draem_in_flight_pixels")).isBetween(1.0, (double) image.getWidth() * image.getHeight());
        worker.go.release();
        assertThat(running.get().statusCode()).isEqualTo(200);
        awaitNothingUnderWay();
    }

    @Test
    void whatABodyUnpacksToIsUnderWayToo() throws Exception {
        awaitNothingUnderWay();
        byte[] padded = Arrays.copyOf(encoded(), 1 << 20);
        Arrays.fill(padded, encoded().length, padded.length, (byte) ' ');
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(zipped)) {
            out.write(padded);
        }
        CompletableFuture<HttpResponse<byte[]>> running = inBackground(
                () -> http.post(INFER, "application/json", zipped.toByteArray(), "Content-Encoding", "gzip"));
        worker.stopped.acquire();
        assertThat(gauge("draem_in_flight_bytes")).isEqualTo(zipped.size() + padded.length);
        worker.go.release();
        assertThat(running.get().statusCode()).isEqualTo(200);
        awaitNothingUnderWay();
    }

    @Test
    void imagesOfABatchThatFindTheQueueFullWait() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> running = detectInBackground();
        worker.stopped.acquire();
        CompletableFuture<HttpResponse<byte[]>> batch = inBackground(() -> batch(5));
        awaitQueueDepth(1);
        assertThat(detect().statusCode()).as("the queue is full").isEqualTo(503);
        worker.go.release(6);
        assertThat(running.get().statusCode()).isEqualTo(200);
        assertThat(batch.get().statusCode()).isEqualTo(200);
        assertThat(Http.json(batch.get()).get("succeeded").asInt()).isEqualTo(5);
    }

    @Test
    void aBatchWhoseFirstImageFindsTheQueueFullIsOverloadedAsAWhole() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> running = detectInBackground();
        worker.stopped.acquire();
        CompletableFuture<HttpResponse<byte[]>> waiting = detectInBackground();
        awaitQueueDepth(1);
        double full = rejected("queue-full");
        HttpResponse<byte[]> refused = batch(3);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(Http.json(refused).get("type").asString()).isEqualTo("urn:draem:problem:overloaded");
        assertThat(rejected("queue-full")).isEqualTo(full + 1);
        worker.go.release(2);
        assertThat(running.get().statusCode()).isEqualTo(200);
        assertThat(waiting.get().statusCode()).isEqualTo(200);
    }

    @Test
    void imagesOfABatchThatStillWaitAtTheDeadlineAreLateAndTheOthersAreNot() throws Exception {
        double before = ended("deadline-exceeded");
        worker.go.release(1);
        HttpResponse<byte[]> batch = batch(4, "X-Request-Timeout", "1.5");
        assertThat(batch.statusCode()).isEqualTo(200);
        JsonNode body = Http.json(batch);
        assertThat(body.get("succeeded").asInt()).isEqualTo(1);
        List<String> late = body.get("results")
                .valueStream()
                .filter(entry -> !entry.has("detection"))
                .map(entry -> entry.get("problem").get("status") + " "
                        + entry.get("problem").get("type").asString())
                .toList();
        assertThat(late).hasSize(3).containsOnly("504 urn:draem:problem:deadline-exceeded");
        assertThat(ended("deadline-exceeded")).isEqualTo(before + 3);
        worker.go.release(2);
        assertThat(detect().statusCode()).isEqualTo(200);
    }

    private HttpResponse<byte[]> batch(int images, String... headers) throws Exception {
        Http.FormFile image = new Http.FormFile("images", "a.jpg", Files.readAllBytes(TestModels.good()));
        return http.postForm("/v1/detect/batch", Collections.nCopies(images, image), headers);
    }

    @Test
    void aRequestThatOutlivesItsDeadlineIsAnsweredSo() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> running = detectInBackground();
        worker.stopped.acquire();
        HttpResponse<byte[]> late = running.get();
        assertThat(late.statusCode()).isEqualTo(504);
        JsonNode problem = Http.json(late);
        assertThat(problem.get("type").asString()).isEqualTo("urn:draem:problem:deadline-exceeded");
        assertThat(problem.get("detail").asString()).contains("draem.request-timeout");
        worker.go.release(2);
        assertThat(detect().statusCode()).isEqualTo(200);
    }

    @Test
    void aClientsOwnDeadlineCountsWhenItIsShorter() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> running = detectInBackground();
        worker.stopped.acquire();
        HttpResponse<byte[]> late = detect("X-Request-Timeout", "0.05");
        assertThat(late.statusCode()).isEqualTo(504);
        assertThat(queueDepth()).as("it has left the queue").isZero();
        worker.go.release(2);
        assertThat(running.get().statusCode()).isEqualTo(200);
        assertThat(detect("X-Request-Timeout", "1000").statusCode()).isEqualTo(200);
    }

    @Test
    void aDeadlineThatIsNoNumberOfSecondsIsRefused() throws Exception {
        for (String wrong : new String[] {"soon", "0", "-1", "NaN"}) {
            HttpResponse<byte[]> refused = detect("X-Request-Timeout", wrong);
            assertThat(refused.statusCode()).as(wrong).isEqualTo(400);
            assertThat(Http.text(refused)).contains("X-Request-Timeout must be a positive number of seconds");
        }
    }

    @Test
    void aCallerThatHangsUpLeavesTheQueueAndIsNotRun() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> running = detectInBackground();
        worker.stopped.acquire();
        byte[] photograph = Files.readAllBytes(TestModels.good());
        try (Socket socket = post(photograph.length)) {
            socket.getOutputStream().write(photograph);
            awaitQueueDepth(1);
        }
        awaitQueueDepth(0);
        worker.go.release();
        assertThat(running.get().statusCode()).isEqualTo(200);
        assertThat(worker.stopped.tryAcquire()).as("a second run").isFalse();
    }

    @Test
    void answersEveryRequestOfABurstOnOneConnection() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.good());
        for (String padding : List.of("", "X-Padding: " + "a".repeat(6_000) + "\r\n")) {
            byte[] head = ("POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n" + padding
                            + "Content-Length: " + photograph.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            ByteArrayOutputStream burst = new ByteArrayOutputStream();
            for (int i = 0; i < 3; i++) {
                burst.write(head);
                burst.write(photograph);
            }
            try (Socket socket = new Socket("localhost", port)) {
                socket.getOutputStream().write(burst.toByteArray());
                BufferedReader answers = reader(socket);
                for (int i = 0; i < 3; i++) {
                    worker.stopped.acquire();
                    awaitChecksOfConnections();
                    worker.go.release();
                    assertThat(answers.readLine()).as("answer %d", i).contains("200");
                    skipAnswer(answers);
                }
            }
        }
    }

    @Test
    void answersAClientThatHasEndedItsSendingSide() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.good());
        try (Socket socket = post(photograph.length)) {
            socket.getOutputStream().write(photograph);
            worker.stopped.acquire();
            socket.shutdownOutput();
            awaitChecksOfConnections();
            worker.go.release();
            BufferedReader answer = reader(socket);
            assertThat(answer.readLine()).as("one interim response").isEqualTo("HTTP/1.1 100 Continue");
            assertThat(answer.readLine()).isEmpty();
            assertThat(answer.readLine()).contains(" 200");
        }
    }

    @Test
    void aFullQueueRefusesBeforeTheBodyIsSent() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> running = detectInBackground();
        worker.stopped.acquire();
        CompletableFuture<HttpResponse<byte[]>> waiting = detectInBackground();
        awaitQueueDepth(1);
        try (Socket socket = post(10_000_000)) {
            assertThat(statusLine(socket)).contains("503");
        }
        worker.go.release(2);
        assertThat(running.get().statusCode()).isEqualTo(200);
        assertThat(waiting.get().statusCode()).isEqualTo(200);
    }

    @Test
    void aBodyThatDoesNotComeInTimeIsGivenUpAtBothEndpoints() throws Exception {
        for (String path : List.of("/v1/detect", INFER)) {
            double late = ended("deadline-exceeded");
            double rejected = rejected("deadline");
            double failed = ended("inference-failed");
            try (Socket socket = post(path, 10_000, "X-Request-Timeout: 0.5")) {
                CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> statusLine(socket));
                Await.until(LIMIT, () -> {
                    socket.getOutputStream().write(1); // which still arrives after the response
                    return answer.isDone();
                });
                assertThat(answer.get()).as(path).contains("504");
            }
            Await.until(LIMIT, () -> ended("deadline-exceeded") + ended("inference-failed") != late + failed);
            assertThat(rejected("deadline")).as(path).isEqualTo(rejected + 1);
            assertThat(ended("inference-failed"))
                    .as("%s: it is no fault of the model", path)
                    .isEqualTo(failed);
        }
    }

    @Test
    void aBodyThatStopsComingIsAskedForAgain() throws Exception {
        for (String path : List.of("/v1/detect", INFER)) {
            try (Socket socket = post(path, 10_000)) {
                socket.getOutputStream().write(new byte[1_000]);
                assertThat(statusLine(socket)).as(path).contains("408");
            }
        }
        try (Socket socket = post("/v1/detect/batch", 10_000, "Content-Type: multipart/form-data; boundary=b")) {
            socket.getOutputStream().write("--b\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(statusLine(socket)).as("a form").contains("408");
        }
    }

    @Test
    void theMapOfAClientThatDoesNotReadIsCountedAsLongAsItIsInMemory() throws Exception {
        worker.go.release(2);
        byte[] photograph = drawn(2_000);
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4_096);
            socket.connect(new InetSocketAddress("localhost", port));
            socket.getOutputStream()
                    .write(("POST /v1/detect?include=map-float32 HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Content-Type: image/png\r\nContent-Length: " + photograph.length + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(photograph);
            Await.until(LIMIT, () -> gauge("draem_in_flight_picture_bytes") == 4 * 2_000 * 2_000);
        }
        Await.until(LIMIT, () -> gauge("draem_in_flight_picture_bytes") == 0);
        HttpResponse<byte[]> tooMuch = http.post("/v1/detect?include=map-float32", "image/png", drawn(2_400));
        assertThat(tooMuch.statusCode()).isEqualTo(413);
        assertThat(Http.text(tooMuch)).contains("draem.memory.budget");
    }

    /** Returns a black square as a PNG. */
    private static byte[] drawn(int side) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY), "png", png);
        return png.toByteArray();
    }

    private double rejected(String reason) throws Exception {
        String series = "draem_rejected_total{reason=\"" + reason + "\"} ";
        return http.metric(series);
    }

    private double ended(String outcome) throws Exception {
        return Http.text(http.get("/actuator/prometheus"))
                .lines()
                .filter(line -> line.startsWith("draem_detect_seconds_count{") && line.contains("\"" + outcome + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private Socket post(int length, String... headers) throws IOException {
        return post("/v1/detect", length, headers);
    }

    private Socket post(String path, int length, String... headers) throws IOException {
        String type = String.join("", headers).contains("Content-Type") ? "" : "Content-Type: image/jpeg\r\n";
        Socket socket = new Socket("localhost", port);
        socket.getOutputStream()
                .write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + type + "Content-Length: "
                                + length + "\r\n"
                                + String.join(
                                        "",
                                        Arrays.stream(headers)
                                                .map(header -> header + "\r\n")
                                                .toList()) + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Waits, while a run is held, until the connections of requests that wait were checked: one that closes is noticed. */
    private void awaitChecksOfConnections() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.good());
        for (int i = 0; i < 2; i++) {
            try (Socket socket = post(photograph.length)) {
                socket.getOutputStream().write(photograph);
                awaitQueueDepth(1);
            }
            awaitQueueDepth(0);
        }
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** Reads the headers and the chunked or sized body behind a status line. */
    private static void skipAnswer(BufferedReader answer) throws IOException {
        int length = -1;
        for (String header = answer.readLine(); !header.isEmpty(); header = answer.readLine()) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring(header.indexOf(':') + 1).trim());
            }
        }
        if (length >= 0) {
            answer.skip(length);
            return;
        }
        for (int chunk = -1; chunk != 0; ) {
            chunk = Integer.parseInt(answer.readLine(), 16);
            answer.skip(chunk);
            answer.readLine();
        }
    }

    private static String statusLine(Socket socket) {
        try {
            return String.valueOf(reader(socket).readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] encoded() throws IOException {
        String image = Base64.getEncoder().encodeToString(Files.readAllBytes(TestModels.good()));
        return ("{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"" + image + "\"]}]}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Capacity is released once the response is written. */
    private void awaitNothingUnderWay() throws Exception {
        Await.until(LIMIT, () -> gauge("draem_in_flight_bytes") + gauge("draem_in_flight_pixels") <= 0);
    }

    private void awaitQueueDepth(int depth) throws Exception {
        Await.until(LIMIT, () -> queueDepth() == depth);
    }

    private HttpResponse<byte[]> detect(String... headers) throws Exception {
        return http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good()), headers);
    }

    private CompletableFuture<HttpResponse<byte[]>> detectInBackground() {
        return inBackground(this::detect);
    }

    private static <T> CompletableFuture<T> inBackground(Callable<T> call) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return call.call();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private double queueDepth() throws Exception {
        return gauge("draem_queue_depth{");
    }

    private double gauge(String start) throws Exception {
        return http.metric(start);
    }
}
