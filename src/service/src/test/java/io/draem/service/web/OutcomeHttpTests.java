package io.draem.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.image.ImageMeasures;
import io.draem.image.ImageWarning;
import io.draem.model.InputCheck;
import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import io.draem.service.detection.Admission;
import io.draem.service.detection.Detection;
import io.draem.service.detection.DetectionListener;
import io.draem.service.detection.Outcome;
import io.draem.service.detection.Prediction;
import io.draem.service.models.ModelEvent;
import io.draem.service.models.ServedModel;
import io.draem.service.queue.QueueListener;
import io.draem.testing.Await;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Each request counts once, with the outcome that it has for its client, whatever else listens. */
@TestPropertySource(
        properties = {
            "draem.inference.runs=1",
            "draem.inference.queue-capacity=1",
            "draem.image.max-bytes=1MB",
            "draem.image.threads=1",
            "server.tomcat.threads.max=8"
        })
@Tag("slow")
@Timeout(60)
@Import(OutcomeHttpTests.Listening.class)
class OutcomeHttpTests extends HttpTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final String INFER = "/v2/models/" + TestModels.name() + "/infer";
    private static final Pattern ENDED =
            Pattern.compile("draem_detect_seconds_count\\{.*outcome=\"([^\"]+)\".*} (\\S+)");
    private static final Pattern REJECTED = Pattern.compile("draem_rejected_total\\{reason=\"([^\"]+)\"} (\\S+)");

    @TestConfiguration(proxyBeanMethods = false)
    static class Listening {

        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        Failing failing() {
            return new Failing();
        }

        @Bean
        @Primary
        Gate gate() {
            return new Gate();
        }

        @Bean
        DetectionListener imageGate(Gate gate) {
            return new DetectionListener() {
                @Override
                public void prepared(
                        ServedModel model, ImageMeasures measures, InputCheck input, List<ImageWarning> warnings) {
                    gate.hold(gate.holdsImages);
                }
            };
        }

        @Bean
        Broken broken() {
            return new Broken();
        }
    }

    /** Fails at whatever it hears, before any other listener. */
    static final class Failing implements DetectionListener {

        private final AtomicInteger changes = new AtomicInteger();

        @Override
        public void prepared(ServedModel model, ImageMeasures measures, InputCheck input, List<ImageWarning> warnings) {
            throw fail();
        }

        @Override
        public void detected(Detection detection) {
            throw fail();
        }

        @Override
        public void predicted(Prediction prediction) {
            throw new OutOfMemoryError("A listener without memory");
        }

        @Override
        public void ended(@Nullable ServedModel model, Outcome outcome, Duration took) {
            throw new StackOverflowError("A listener that goes too deep");
        }

        @EventListener
        @Order(Ordered.HIGHEST_PRECEDENCE)
        void changed(ModelEvent.Changed event) {
            changes.incrementAndGet();
            throw fail();
        }

        private static IllegalStateException fail() {
            Thread.currentThread().interrupt();
            return new IllegalStateException("A listener that fails");
        }
    }

    /** Holds image threads and the model's worker where a test asks for it, and fails. */
    static final class Gate implements QueueListener {

        private final Semaphore arrived = new Semaphore(0);
        private final Semaphore go = new Semaphore(0);
        private volatile boolean holdsImages;
        private volatile boolean holdsRuns;

        @Override
        public void batchStarted(int size) {
            hold(holdsRuns);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("A listener that fails");
        }

        private void hold(boolean wanted) {
            if (wanted) {
                arrived.release();
                go.acquireUninterruptibly();
            }
        }
    }

    /** An endpoint below those for images, with an error of our own. */
    @RestController
    static final class Broken {

        @PostMapping("/v1/detect/broken")
        String fail() {
            throw new StackOverflowError("deep");
        }
    }

    @Autowired
    private Failing failing;

    @Autowired
    private Gate gate;

    @Autowired
    private Admission admission;

    @LocalServerPort
    private int port;

    private byte[] good;

    @Autowired
    void readImage() throws IOException {
        good = Files.readAllBytes(TestModels.good());
    }

    @BeforeEach
    void close() {
        gate.go.drainPermits();
        gate.arrived.drainPermits();
    }

    @AfterEach
    void letGo() {
        gate.holdsImages = false;
        gate.holdsRuns = false;
        gate.go.release(100);
    }

    @Test
    void eachRequestOfAMixCountsOnce() throws Exception {
        Map<String, Integer> before = counted();
        Map<String, Integer> rejected = rejected();
        Map<String, Integer> expected = new TreeMap<>();
        Http.FormFile image = new Http.FormFile("images", "a.jpg", good);
        Http.FormFile text = new Http.FormFile("images", "a.txt", "no picture".getBytes(StandardCharsets.UTF_8));
        byte[] half = Arrays.copyOf(good, good.length / 2);
        byte[] inference = inference();

        expect(expected, "success", 200, http.post("/v1/detect", "image/jpeg", good));
        expect(expected, "success", 200, http.postForm("/v1/detect", "image", "a.jpg", good));
        expect(expected, "success", 200, http.post(INFER, "application/json", inference));
        expect(expected, "invalid-image", 400, http.post("/v1/detect", "image/jpeg", half));
        expect(expected, "unsupported-media-type", 415, http.post("/v1/detect", "image/jpeg", text.bytes()));
        expect(expected, "unsupported-media-type", 415, http.post("/v1/detect", "text/plain", good));
        expect(expected, "invalid-request", 400, http.post("/v1/detect?color=red", "image/jpeg", good));
        expect(expected, "invalid-request", 400, http.post("/v1/detect", "image/jpeg", new byte[0]));
        expect(expected, "invalid-request", 400, http.postForm("/v1/detect", "picture", "a.jpg", good));
        expect(expected, "invalid-request", 400, http.post("/v1/detect", "multipart/form-data", good));
        expect(
                expected,
                "invalid-request",
                400,
                http.post("/v1/detect", "image/jpeg", good, "X-Request-Timeout", "soon"));
        expect(expected, "invalid-request", 406, http.post("/v1/detect", "image/jpeg", good, "Accept", "text/html"));
        expect(expected, "image-too-large", 413, http.post("/v1/detect", "image/jpeg", new byte[(1 << 20) + 1]));
        expect(expected, "unknown-model", 404, http.post("/v1/detect?model=cake", "image/jpeg", good));
        expect(expected, "unknown-model", 404, http.postForm("/v1/detect/batch?model=cake", List.of(image)));
        expect(expected, "unknown-model", 404, http.post("/v2/models/cake/infer", "application/json", inference));
        expect(expected, "invalid-request", 400, http.postForm("/v1/detect/batch?color=red", List.of(image)));
        expect(expected, "invalid-request", 400, http.post(INFER, "application/json", "{".getBytes()));
        expect(expected, "internal-error", 500, http.post("/v1/detect/broken", "image/jpeg", good));
        expect(expected, "success", 200, http.postForm("/v1/detect/batch", List.of(image, text, image)));
        expect(expected, "success", 200, null);
        expect(expected, "unsupported-media-type", 200, null);
        double hungUp = statuses("499");
        hangUpWhileSending("/v1/detect", "image/jpeg");
        expect(expected, "cancelled", 499, null);
        hangUpWhileSending("/v1/detect", "multipart/form-data; boundary=b");
        expect(expected, "cancelled", 499, null);
        hangUpWhileSending(INFER, "application/json");
        expect(expected, "cancelled", 499, null);

        awaitCounted(before, expected);
        awaitStatuses("499", hungUp + 3);
        Map<String, Integer> reasons = new TreeMap<>(expected);
        reasons.keySet().removeAll(List.of("success", "internal-error"));
        assertThat(difference(rejected, rejected())).isEqualTo(reasons);
        assertThat(failing.changes).as("the listener that fails was asked").hasPositiveValue();
        assertThat(http.get("/actuator/prometheus").statusCode()).isEqualTo(200);
        assertThat(Http.text(http.get("/actuator/prometheus")))
                .as("a later listener has heard of the models")
                .contains("draem_model_info{");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | UNKNOWN | ~ no HTTP",
                "400 | POST | POST /v1/detect HTTP/1.1",
                "400 | GET | GET /%00 HTTP/1.1;Host: localhost",
                "400 | POST | POST /v1/detect HTTP/1.1;Host: localhost;Content-Length: 1;Content-Length: 2",
                "417 | POST | POST /v1/detect HTTP/1.1;Host: localhost;Expect: much",
                "431 | GET | GET /v1/models HTTP/1.1;Host: localhost;X: 10000",
                "501 | POST | POST /v1/detect HTTP/1.1;Host: localhost;Transfer-Encoding: zip",
                "505 | GET | GET /v1/models HTTP/3.0;Host: localhost"
            })
    void whatTheWebServerRefusesItselfCountsOnce(int status, String method, String head) throws Exception {
        Map<String, Integer> rejected = rejected();
        String series = "http_server_requests_seconds_count{error=\"none\",exception=\"none\",method=\"" + method
                + "\",outcome=\"" + (status < 500 ? "CLIENT" : "SERVER") + "_ERROR\",status=\"" + status
                + "\",uri=\"UNKNOWN\"}";
        double before = gauge(series);
        String request =
                head.replace(";", "\r\n").replace("10000", "x".repeat(10_000)).replace('~', '\u0016') + "\r\n\r\n";
        try (Socket socket = send(request.getBytes(StandardCharsets.ISO_8859_1))) {
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 " + status + " ");
        }
        Await.until(series, LIMIT, () -> gauge(series) == before + 1);
        assertThat(difference(rejected, rejected())).isEqualTo(Map.of("invalid-request", 1));
    }

    @Test
    void aClientThatHangsUpWhileItWaitsForTheModelIsCancelledOnce() throws Exception {
        gate.holdsRuns = true;
        Map<String, Integer> before = counted();
        double cancelled = statuses("499");
        double serverErrors = statuses("5");
        int hungUp = 0;
        for (byte[] request : List.of(post("/v1/detect", "image/jpeg", good), post(INFER, "text/plain", inference()))) {
            try (Socket socket = send(request)) {
                gate.arrived.acquire();
            }
            awaitCounted(before, Map.of("cancelled", ++hungUp));
            gate.go.release();
        }
        awaitStatuses("499", cancelled + 2);
        assertThat(statuses("5")).as("no error of the server").isEqualTo(serverErrors);
    }

    @Test
    void aClientThatHangsUpWhileItsImageIsDecodedIsCancelledOnce() throws Exception {
        gate.holdsImages = true;
        Map<String, Integer> before = counted();
        double cancelled = statuses("499");
        try (Socket socket = send(post("/v1/detect", "image/jpeg", good))) {
            gate.arrived.acquire();
        }
        gate.go.release();
        awaitCounted(before, Map.of("cancelled", 1));
        awaitStatuses("499", cancelled + 1);
    }

    @Test
    void theImagesOfABatchWhoseClientHangsUpAreCancelledOnceEach() throws Exception {
        gate.holdsRuns = true;
        Map<String, Integer> before = counted();
        double cancelled = statuses("499");
        try (Socket socket = send(batch(4))) {
            gate.arrived.acquire();
        }
        awaitCounted(before, Map.of("cancelled", 4));
        gate.go.release(4);
        awaitStatuses("499", cancelled + 1);
    }

    @Test
    void aClientThatHangsUpWhileItIsAnsweredIsCancelledOnce() throws Exception {
        Map<String, Integer> before = counted();
        byte[] image = drawn(2_000);
        byte[] request = post("/v1/detect?include=map-float32", "image/png", image);
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4_096);
            socket.connect(new InetSocketAddress("localhost", port));
            socket.getOutputStream().write(request);
            Await.until(LIMIT, () -> gauge("draem_in_flight_picture_bytes") == 4 * 2_000 * 2_000);
            assertThat(socket.getInputStream().read())
                    .as("the answer has begun")
                    .isPositive();
            assertThat(difference(before, counted()))
                    .as("no answer as long as it is written")
                    .isEmpty();
        }
        awaitCounted(before, Map.of("cancelled", 1));
    }

    @Test
    @DirtiesContext(methodMode = DirtiesContext.MethodMode.AFTER_METHOD)
    void aRequestDuringTheShutdownCountsAsSuch() throws Exception {
        Map<String, Integer> before = counted();
        int rejected = rejected().getOrDefault("shutting-down", 0);
        admission.close();
        assertThat(http.post("/v1/detect", "image/jpeg", good).statusCode()).isEqualTo(503);
        assertThat(http.post(INFER, "application/json", inference()).statusCode())
                .isEqualTo(503);
        awaitCounted(before, Map.of("shutting-down", 2));
        assertThat(rejected()).containsEntry("shutting-down", rejected + 2);
    }

    private static void expect(
            Map<String, Integer> expected, String outcome, int status, @Nullable HttpResponse<byte[]> answer) {
        expected.merge(outcome, 1, Integer::sum);
        if (answer != null) {
            assertThat(answer.statusCode()).as(Http.text(answer)).isEqualTo(status);
        }
    }

    private void hangUpWhileSending(String path, String type) throws IOException {
        byte[] request = post(path, type, good);
        send(Arrays.copyOf(request, request.length - 100)).close();
    }

    /** Waits until what was asked for has been counted, and looks that it is no more. */
    private void awaitCounted(Map<String, Integer> before, Map<String, Integer> expected) throws Exception {
        int requests = expected.values().stream().mapToInt(Integer::intValue).sum();
        Await.until(
                LIMIT,
                () -> difference(before, counted()).values().stream()
                                .mapToInt(Integer::intValue)
                                .sum()
                        >= requests);
        assertThat(difference(before, counted())).isEqualTo(expected);
        assertThat(difference(before, counted())).isEqualTo(expected);
    }

    private void awaitStatuses(String status, double count) throws Exception {
        Await.until(LIMIT, () -> statuses(status) >= count);
        assertThat(statuses(status)).isEqualTo(count);
    }

    private static Map<String, Integer> difference(Map<String, Integer> before, Map<String, Integer> now) {
        Map<String, Integer> difference = new TreeMap<>();
        now.forEach((name, count) -> difference.put(name, count - before.getOrDefault(name, 0)));
        difference.values().removeIf(count -> count == 0);
        return difference;
    }

    /** Returns how many requests have ended, by their outcomes. */
    private Map<String, Integer> counted() throws Exception {
        return counts(ENDED);
    }

    private Map<String, Integer> rejected() throws Exception {
        return counts(REJECTED);
    }

    private Map<String, Integer> counts(Pattern series) throws Exception {
        Map<String, Integer> counts = new TreeMap<>();
        for (String line : Http.text(http.get("/actuator/prometheus")).lines().toList()) {
            Matcher sample = series.matcher(line);
            if (sample.matches()) {
                counts.merge(sample.group(1), (int) Double.parseDouble(sample.group(2)), Integer::sum);
            }
        }
        return counts;
    }

    private double statuses(String start) throws Exception {
        return Http.text(http.get("/actuator/prometheus"))
                .lines()
                .filter(line -> line.startsWith("http_server_requests_seconds_count{")
                        && line.contains("status=\"" + start)
                        && (start.equals("5") || line.contains("outcome=\"CLIENT_ERROR\"")))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private double gauge(String name) throws Exception {
        return http.metric(name);
    }

    private Socket send(byte[] request) throws IOException {
        Socket socket = new Socket("localhost", port);
        socket.getOutputStream().write(request);
        return socket;
    }

    private static byte[] post(String path, String type, byte[] body) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type
                        + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(body);
        return request.toByteArray();
    }

    private byte[] batch(int images) {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        for (byte[] image : Collections.nCopies(images, good)) {
            form.writeBytes(
                    "--b\r\nContent-Disposition: form-data; name=\"images\"; filename=\"a.jpg\"\r\n\r\n".getBytes());
            form.writeBytes(image);
            form.writeBytes("\r\n".getBytes());
        }
        form.writeBytes("--b--\r\n".getBytes());
        return post("/v1/detect/batch", "multipart/form-data; boundary=b", form.toByteArray());
    }

    private byte[] inference() {
        String image = Base64.getEncoder().encodeToString(good);
        return ("{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"" + image + "\"]}]}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns a black square as a PNG. */
    private static byte[] drawn(int side) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY), "png", png);
        return png.toByteArray();
    }
}
