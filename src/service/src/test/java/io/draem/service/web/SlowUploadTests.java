package io.draem.service.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.model.TestModels;
import io.draem.service.api.HttpTest;
import io.draem.testing.Await;
import io.draem.testing.LongTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** A service with few threads and connections, and 4 MB for bodies, and clients that send slowly. */
@TestPropertySource(
        properties = {
            "server.tomcat.threads.max=16",
            "server.tomcat.max-connections=400",
            "draem.image.max-bytes=2MB",
            "draem.memory.budget=64MB"
        })
@Tag("slow")
@Timeout(120)
class SlowUploadTests extends HttpTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final int NONE = -2;

    private static final String INFER = "/v2/models/" + TestModels.name() + "/infer";

    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final List<Socket> sockets = new ArrayList<>();

    @LocalServerPort
    private int port;

    @AfterEach
    void close() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        clients.shutdownNow();
        assertThat(clients.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        Await.until(LIMIT, () -> gauge("draem_in_flight_bytes") <= 0);
    }

    @Test
    void everySlowBodyIsRefusedOnceWithTheRateAndARemedy() throws Exception {
        Map<String, Future<String>> answers = new LinkedHashMap<>();
        double slow = gauge("draem_rejected_total{reason=\"slow-body\"}");
        double all = gauge("draem_rejected_total");
        double counted = gauge("http_server_requests_seconds_count");
        String timeouts = "http_server_requests_seconds_count{error=\"none\",exception=\"none\",method=\"POST\","
                + "outcome=\"CLIENT_ERROR\",status=\"408\",uri=\"";
        double detections = gauge(timeouts + "/v1/detect\"");
        answers.put("silent", drip("127.0.0.1", "/v1/detect", "Content-Length: 9999", "", "", 0));
        answers.put("silent after 100", drip("127.0.0.1", "/v1/detect", "Expect: 100-continue", "", "", 0));
        answers.put("byte by byte", drip("127.0.0.2", "/v1/detect", "Content-Length: 9999", "", "x", 200));
        answers.put("1 KB/s", drip("127.0.0.2", "/v1/detect", "Content-Length: 99999", "", "x".repeat(1024), 1000));
        answers.put("chunk size", drip("127.0.0.1", "/v1/detect", "Transfer-Encoding: chunked", "", "0", 1500));
        answers.put("chunks", drip("127.0.0.1", "/v1/detect", "Transfer-Encoding: chunked", "", "1\r\nx\r\n", 200));
        answers.put("trailer", drip("127.0.0.1", "/v1/detect", "Transfer-Encoding: chunked", "0\r\nX", "y", 200));
        answers.put(
                "form",
                drip(
                        "127.0.0.1",
                        "/v1/detect/batch",
                        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9999",
                        "--b\r\n",
                        "x",
                        200));
        answers.put(
                "gzip", drip("127.0.0.1", INFER, "Content-Encoding: gzip\r\nContent-Length: 9999", "\u001f", "x", 200));
        for (Map.Entry<String, Future<String>> answer : answers.entrySet()) {
            assertThat(answer.getValue().get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as(answer.getKey())
                    .contains(" 408 ", "Connection: close")
                    .contains("4096 bytes per second over 5 seconds", "send it without pauses");
        }
        assertThat(gauge("draem_rejected_total{reason=\"slow-body\"}")).isEqualTo(slow + answers.size());
        assertThat(gauge("draem_rejected_total")).isEqualTo(all + answers.size());
        // Those before, five scrapes (the one that counts is not counted itself), and each upload once.
        assertThat(gauge("http_server_requests_seconds_count")).isEqualTo(counted + answers.size() + 4);
        assertThat(gauge(timeouts + "/v1/detect\"")).isEqualTo(detections + answers.size() - 2);
        assertThat(gauge(timeouts + "/v1/detect/batch\"")).isPositive();
        assertThat(gauge(timeouts + "/v2/models/{name}/infer\"")).isPositive();
    }

    @Test
    void slowSendersHoldNeitherThreadsNorSlots() throws Exception {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Socket socket = open(i % 2 == 0 ? "127.0.0.1" : "127.0.0.2", "/v1/detect", "Content-Length: 1000000");
            send(socket, "x");
            slow.add(socket);
        }
        for (int i = 0; i < 20; i++) {
            assertThat(detect().statusCode()).isEqualTo(200);
        }
        assertThat(http.get("/actuator/health/liveness").statusCode()).isEqualTo(200);
        for (Socket socket : slow) {
            assertThat(answer(socket)).contains(" 408 ");
        }
    }

    @Test
    void aBodyThatPausesButKeepsTheRateIsTaken() throws Exception {
        byte[] photograph = Files.readAllBytes(TestModels.good());
        Socket socket = open("127.0.0.1", "/v1/detect", "Content-Length: " + photograph.length);
        int quarter = photograph.length / 4 + 1;
        for (int from = 0; from < photograph.length; from += quarter) {
            if (from > 0) {
                assertThat(awaitAnswer(socket, 1_000))
                        .as("an answer before the end")
                        .isEqualTo(NONE);
            }
            socket.getOutputStream().write(photograph, from, Math.min(quarter, photograph.length - from));
        }
        assertThat(answer(socket)).contains(" 200 ");
    }

    @Test
    void bytesAreCountedAsTheyArriveAndTheLargestUploadsGiveWay() throws Exception {
        double refused = gauge("draem_rejected_total{reason=\"admission\"}");
        byte[] most = new byte[1_900_000];
        List<Socket> large = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            large.add(open("127.0.0.2", "/v1/detect", "Content-Length: 2000000"));
        }
        assertThat(gauge("draem_in_flight_bytes")).as("nothing has arrived").isZero();
        for (Socket socket : large) {
            socket.getOutputStream().write(most);
        }
        assertThat(detect().statusCode()).isEqualTo(200);
        assertThat(gauge("draem_in_flight_bytes")).isLessThanOrEqualTo(4 << 20);
        int overShare = 0;
        for (Socket socket : large) {
            String answer = answer(socket);
            assertThat(answer).containsAnyOf(" 408 ", " 503 ");
            overShare += answer.contains(" 503 ") ? 1 : 0;
        }
        assertThat(overShare).isGreaterThanOrEqualTo(18);
        assertThat(gauge("draem_rejected_total{reason=\"admission\"}")).isEqualTo(refused + overShare);
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedBeforeItIsAskedFor() throws Exception {
        for (String path : List.of("/v1/detect", "/v1/detect/batch", INFER)) {
            String type = path.endsWith("batch") ? "multipart/form-data; boundary=b" : "image/jpeg";
            Socket socket = open(
                    "127.0.0.1",
                    path,
                    "Content-Type: " + type + "\r\nExpect: 100-continue\r\nContent-Length: 99000000");
            assertThat(answer(socket)).as(path).contains(" 413 ").doesNotContain(" 100 ");
        }
        Socket chunked = open("127.0.0.1", "/v1/detect", "Transfer-Encoding: chunked");
        send(chunked, "300000\r\n" + "x".repeat(0x300000) + "\r\n0\r\n\r\n");
        assertThat(answer(chunked)).contains(" 413 ");
    }

    /** Many at a time: what they send after the response is read without a thread for each. */
    @Test
    void sendersThatContinueAfterARefusalReceiveItAndSeeNoReset() throws Exception {
        List<Socket> refused = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Socket socket = open("127.0.0.1", "/v1/detect", "Content-Length: 99000000");
            assertThat(awaitAnswer(socket, (int) LIMIT.toMillis())).isEqualTo('H');
            for (int j = 0; j < 10; j++) {
                send(socket, "x".repeat(1_000));
            }
            refused.add(socket);
        }
        for (Socket socket : refused) {
            String rest = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(rest).startsWith("TTP/1.1 413 ").contains("Connection: close", "\"requestId\"");
        }
    }

    @Test
    void whatFollowsTheLastRequestOfAConnectionDoesNotResetIt() throws Exception {
        String last = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        for (int i = 0; i < 20; i++) {
            Socket socket = connect("127.0.0.1");
            send(socket, last + "x".repeat(100_000));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aSenderThatDoesNotStopAfterARefusalIsEnded() throws Exception {
        Socket socket = open("127.0.0.1", "/v1/detect", "Content-Length: 99000000");
        // To the end of the stream, which the service closes before the client does.
        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                .contains(" 413 ");
        assertThatThrownBy(() -> Await.until(LIMIT, () -> {
                    send(socket, "x");
                    return false;
                }))
                .isInstanceOf(IOException.class);
    }

    /** A client that waits for an interim response sends no body once it has the final one. */
    @Test
    void aBodyThatIsNotAskedForIsNotWaitedForEither() throws Exception {
        Socket refused = open("127.0.0.1", "/v1/detect", "Expect: 100-continue\r\nContent-Length: 99000000");
        assertThat(answer(refused)).contains(" 413 ", "Connection: close");
        Socket kept = open("127.0.0.1", "/v1/models", "Content-Length: 100000");
        assertThat(answer(kept)).contains(" 405 ");
        send(kept, "x".repeat(100_000) + "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(answer(kept)).contains(" 200 ");
        refused.getInputStream().readAllBytes(); // to the end of the connection
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /no/such/path, image/jpeg, 404",
        "POST, /v1/detect/nothing, image/jpeg, 404",
        "POST, /v1/models, image/jpeg, 405",
        "PUT, /v1/detect, image/jpeg, 405",
        "PUT, /v1/detect, application/x-www-form-urlencoded, 405",
        "GET, /v1/detect/batch, image/jpeg, 405",
        "POST, /v2/models/cookie, image/jpeg, 405",
        "POST, /v1/detect, text/plain, 415",
        "POST, /v1/detect, application/x-www-form-urlencoded, 415",
        "POST, /v1/detect, nonsense, 415",
        "POST, /v1/detect, */*, 415",
        "POST, /v1/detect/batch, image/jpeg, 415"
    })
    void whatTheHeadersRefuseIsAnsweredWithoutTheBody(String method, String path, String type, int status)
            throws Exception {
        double refused = gauge("draem_rejected_total");
        boolean counted = method.equals("POST") && (path.startsWith("/v1/detect") || path.startsWith("/v2/models/"));
        Socket socket = connect("127.0.0.1");
        send(
                socket,
                method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type
                        + "\r\nContent-Length: 1000\r\n\r\n");
        assertThat(answer(socket)).startsWith("HTTP/1.1 " + status);
        awaitGauge("draem_rejected_total", refused + (counted ? 1 : 0));
    }

    /** Such paths are those of the web server's endpoints only once it has decoded them. */
    @ParameterizedTest
    @CsvSource({
        "/no/such/p%61th, 404",
        "//v1/detect, 404",
        "/v1/./detect, 404",
        "/v1/x/../detect, 404",
        "/v1/detect/%6Eothing, 404",
        "/v1/m%6Fdels, 405",
        "/v2/models/c%6Fokie, 405",
        "/v1/detect%2Fbatch, 400",
        "/v1/det%zzect, 400"
    })
    void whatADecodedPathRefusesIsAnsweredWithoutTheBody(String path, int status) throws Exception {
        Socket socket = open("127.0.0.1", path, "Content-Length: 1000");
        assertThat(answer(socket)).startsWith("HTTP/1.1 " + status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/d%65tect", "/%76%31/detect", "/v1/detect;a=b"})
    void aPathThatIsThatOfImagesOnceItIsDecodedTakesThem(String path) throws Exception {
        HttpResponse<byte[]> response = http.post(path, "image/jpeg", Files.readAllBytes(TestModels.good()));
        assertThat(response.statusCode()).isEqualTo(200);
        Socket tooLarge = open("127.0.0.1", path, "Expect: 100-continue\r\nContent-Length: 99000000");
        assertThat(answer(tooLarge)).contains(" 413 ").doesNotContain(" 100 ");
    }

    /** A client that has sent half of its body, and no more, is answered; the network reports late that it is gone. */
    @Test
    void aClientThatEndsItsSendingSideWithinTheBodyIsAnsweredAndCountedAsAnswered() throws Exception {
        double invalid = gauge("draem_rejected_total{reason=\"invalid-request\"}");
        double cancelled = gauge("draem_rejected_total{reason=\"cancelled\"}");
        String chunked = "Transfer-Encoding: chunked";
        for (String headers : List.of("Content-Length: 1000", chunked)) {
            String form = "Content-Type: multipart/form-data; boundary=b\r\n" + headers;
            for (Socket socket : List.of(
                    open("127.0.0.1", "/v1/detect", headers),
                    open("127.0.0.1", "/v1/detect/batch", form),
                    open("127.0.0.1", INFER, headers))) {
                send(socket, headers.equals(chunked) ? "3\r\nabc\r\n" : "abc");
                socket.shutdownOutput();
                assertThat(answer(socket)).contains(" 400 ", "The request ended too early: send it whole");
            }
        }
        awaitGauge("draem_rejected_total{reason=\"invalid-request\"}", invalid + 6);
        awaitGauge("draem_rejected_total{reason=\"cancelled\"}", cancelled);
    }

    /** More trailers than the web server takes, of which it says so in an unchecked exception. */
    @Test
    void aBodyThatCannotBeReceivedSpoilsNoRequestAfterIt() throws Exception {
        for (int i = 0; i < 40; i++) {
            Socket socket = open("127.0.0.1", i % 2 == 0 ? "/v1/detect" : "/v1/models", "Transfer-Encoding: chunked");
            send(socket, "1\r\na\r\n0\r\n" + "a: b\r\n".repeat(9) + "\r\n");
            assertThat(answer(socket)).startsWith("HTTP/1.1 4");
            assertThat(detect().statusCode()).isEqualTo(200);
        }
        assertThat(gauge("draem_in_flight_bytes")).isZero();
    }

    @Test
    void brokenChunksAreTheFaultOfTheRequest() throws Exception {
        for (String path : List.of("/v1/detect", INFER)) {
            double before = gauge("draem_rejected_total{reason=\"invalid-request\"}");
            Socket socket = open("127.0.0.1", path, "Transfer-Encoding: chunked");
            send(socket, "zz\r\nabc\r\n");
            assertThat(answer(socket)).contains(" 400 ", "chunks");
            awaitGauge("draem_rejected_total{reason=\"invalid-request\"}", before + 1);
        }
    }

    @Test
    void aChunkedBodyIsAnsweredThoughNothingIsSentAfterIt() throws Exception {
        for (int i = 0; i < 50; i++) {
            Socket socket = open("127.0.0.1", "/v1/detect", "Transfer-Encoding: chunked");
            send(socket, "1\r\na\r\n0\r\n\r\n");
            socket.shutdownOutput();
            assertThat(answer(socket)).contains(" 415 ", "not an image");
        }
    }

    @Test
    void whatFollowsAChunkedBodyIsAnsweredAfterIt() throws Exception {
        String head = "POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n";
        for (int i = 0; i < 20; i++) {
            Socket socket = connect("127.0.0.1");
            send(
                    socket,
                    head + "X-Request-Id: first\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n" + head
                            + "X-Request-Id: second\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n"
                            + "x".repeat(100_000));
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answers).containsSubsequence("HTTP/1.1 415", "first", "HTTP/1.1 415", "second");
        }
    }

    @Test
    void aHeadThatIsNotWholeInTimeEndsTheConnection() throws Exception {
        long start = System.nanoTime();
        Socket socket = connect("127.0.0.1");
        send(socket, "POST /v1/detect HTTP/1.1\r\nX: ");
        try {
            for (int answer = NONE; answer == NONE; answer = awaitAnswer(socket, 500)) {
                assertThat(System.nanoTime() - start).isLessThan(LIMIT.toNanos());
                send(socket, "x");
            }
        } catch (IOException e) {
            // The connection was reset, since the last byte was not read.
        }
        // The timeout of connections, from the first byte: a machine under load only makes it longer.
        assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.SECONDS.toNanos(10));
    }

    @Test
    void anAddressLeavesConnectionsToOthers() throws Exception {
        for (int i = 0; i < 350; i++) {
            connect("127.0.0.2");
        }
        // Of more than there are in all, so that none of those refused may be held.
        for (int i = 0; i < 500; i++) {
            try (Socket refused = connect("127.0.0.2")) {
                assertThat(refused.getInputStream().read()).isEqualTo(-1);
            }
        }
        assertThat(detect().statusCode()).isEqualTo(200);
        for (int i = 0; i < 20; i++) {
            Socket socket = open("127.0.0.1", "/actuator/health/liveness", "Content-Length: 0\r\nConnection: close");
            assertThat(answer(socket)).startsWith("HTTP/1.1 ");
        }
    }

    /** Prints what 300 slow senders cost others, all of whom are answered; each sender reconnects as soon as it is cut off. */
    @ParameterizedTest
    @LongTest
    @CsvSource({
        "same address, Content-Length: 1000000, '', x, 4000",
        "other addresses, Content-Length: 1000000, '', x, 4000",
        "same address, Content-Length: 1000000, '', x, 200",
        "other addresses, Content-Length: 1000000, '', KB, 1000",
        "same address, Content-Length: 1000000, '', '', 0",
        "same address, Expect: 100-continue, '', '', 0",
        "same address, Transfer-Encoding: chunked, TRAILER, y, 1000"
    })
    @Timeout(300)
    void othersAreAnsweredDespiteManySlowSenders(String from, String header, String first, String piece, int pause)
            throws Exception {
        for (int i = 0; i < 300; i++) {
            assertThat(detect().statusCode()).isEqualTo(200);
        }
        double[] idle = measure();
        SlowSenders senders = new SlowSenders(
                port,
                300,
                from.startsWith("other"),
                header,
                first.equals("TRAILER") ? "0\r\nX" : first,
                piece.equals("KB") ? "x".repeat(1024) : piece,
                pause);
        Future<?> running = clients.submit(senders);
        senders.awaitConnected();
        double[] loaded = measure();
        senders.stop();
        running.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        System.out.printf(
                "300 slow senders (%s, %s, %d bytes every %d ms): idle p50 %.1f p99 %.1f ms, loaded p50 %.1f p99 %.1f ms,"
                        + " %d uploads cut off%n",
                from,
                header,
                piece.equals("KB") ? 1024 : piece.length(),
                pause,
                idle[0],
                idle[1],
                loaded[0],
                loaded[1],
                senders.cutOff());
    }

    /** Returns median and 99th percentile of normal requests, of which none may fail, in milliseconds. */
    private double[] measure() throws Exception {
        double[] times = new double[400];
        for (int i = 0; i < times.length; i++) {
            long start = System.nanoTime();
            assertThat(detect().statusCode()).isEqualTo(200);
            times[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(times);
        return new double[] {times[times.length / 2], times[times.length * 99 / 100]};
    }

    private Future<String> drip(String from, String path, String headers, String first, String piece, int pause)
            throws IOException {
        String length = headers.contains("Length") || headers.contains("chunked") ? "" : "Content-Length: 9999\r\n";
        Socket socket = open(from, path, length + headers);
        Callable<String> call = () -> {
            send(socket, first);
            int answer = pause == 0 ? awaitAnswer(socket, (int) LIMIT.toMillis()) : NONE;
            while (answer == NONE) {
                send(socket, piece);
                answer = awaitAnswer(socket, pause);
            }
            return (char) answer + answer(socket);
        };
        return clients.submit(call);
    }

    /** Returns the first byte of the answer, or the end of the stream; {@link #NONE} if none comes for some milliseconds. */
    private static int awaitAnswer(Socket socket, int milliseconds) throws IOException {
        socket.setSoTimeout(milliseconds);
        try {
            return socket.getInputStream().read();
        } catch (SocketTimeoutException e) {
            return NONE;
        } finally {
            socket.setSoTimeout((int) LIMIT.toMillis());
        }
    }

    private Socket open(String from, String path, String headers) throws IOException {
        Socket socket = connect(from);
        String type = headers.contains("Content-Type") ? "" : "Content-Type: image/jpeg\r\n";
        send(socket, "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + type + headers + "\r\n\r\n");
        return socket;
    }

    private Socket connect(String from) throws IOException {
        Socket socket = new Socket("127.0.0.1", port, InetAddress.getByName(from), 0);
        socket.setSoTimeout((int) LIMIT.toMillis());
        sockets.add(socket);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Returns the whole answer, up to a problem document's end or the connection's; without interim responses. */
    private static String answer(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answer.append(line).append('\n');
                if (line.contains("\"requestId\"") || line.contains("\"timing\"") || line.contains("\"error\"")) {
                    break;
                }
            }
        } catch (IOException e) {
            if (answer.isEmpty()) {
                throw e;
            }
        }
        return answer.toString().replace("HTTP/1.1 100 \n\n", "");
    }

    private HttpResponse<byte[]> detect() throws Exception {
        return http.post("/v1/detect", "image/jpeg", Files.readAllBytes(TestModels.good()));
    }

    /** What counts once the answer is written may be counted after it has come. */
    private void awaitGauge(String start, double value) throws Exception {
        Await.until(LIMIT, () -> gauge(start) >= value);
        assertThat(gauge(start)).isEqualTo(value);
    }

    private double gauge(String start) throws Exception {
        return http.metric(start);
    }
}
