package io.draem.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.draem.model.TestModels;
import io.draem.testing.Await;
import io.draem.testing.LongTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ends the real service by the real signal while it works. */
@Tag("slow")
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class TerminationTests {

    private static final int CLIENTS = 6;
    private static final int SLOW_CLIENTS = 20;
    private static final int SIGTERM = 143;
    private static final int SIGHUP = 129;

    private final List<Integer> statuses = Collections.synchronizedList(new ArrayList<>());
    private final List<IOException> lost = Collections.synchronizedList(new ArrayList<>());
    private final AtomicBoolean leave = new AtomicBoolean();

    @TempDir
    Path directory;

    @Test
    void everyRequestSentWhileLoadBalancersNoticeIsAnswered() throws Exception {
        try (ServiceProcess service = ServiceProcess.start(directory, "--draem.shutdown.settle-delay=1s")) {
            int port = awaitReady(service);
            CountDownLatch warm = new CountDownLatch(3 * CLIENTS);
            List<Thread> clients = call(port, warm);
            assertThat(warm.await(60, TimeUnit.SECONDS)).isTrue();
            service.terminate();
            Await.until(Duration.ofSeconds(20), () -> get(port, "/actuator/health/readiness") != 200);
            // A load balancer sends nothing more now; what it has sent must be answered.
            leave.set(true);
            join(clients);
            assertThat(service.awaitExit()).as(service.log()).isEqualTo(SIGTERM);
            assertThat(lost).isEmpty();
            assertThat(statuses).hasSizeGreaterThanOrEqualTo(3 * CLIENTS).containsOnly(200);
            assertEndedWell(service);
        }
    }

    @Test
    void underLoadThatDoesNotStopItLosesNothingAndDoesNotCrash() throws Exception {
        endUnderLoad();
    }

    @RepeatedTest(20)
    @LongTest
    void norDoesItInTwentyTimes() throws Exception {
        endUnderLoad();
    }

    @LongTest
    @Test
    void slowUploadsAreAnsweredAndNotReportedAsUnanswered() throws Exception {
        try (ServiceProcess service = ServiceProcess.start(
                directory, "--draem.shutdown.settle-delay=1s", "--draem.shutdown.drain-limit=2s")) {
            int port = awaitReady(service);
            CountDownLatch sending = new CountDownLatch(SLOW_CLIENTS);
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < SLOW_CLIENTS; i++) {
                clients.add(new Thread(() -> upload(port, sending)));
            }
            clients.forEach(Thread::start);
            assertThat(sending.await(20, TimeUnit.SECONDS)).isTrue();
            service.terminate();
            assertThat(service.awaitExit()).as(service.log()).isEqualTo(SIGTERM);
            join(clients);
            assertThat(lost).isEmpty();
            assertThat(statuses).hasSize(SLOW_CLIENTS).containsOnly(503);
            assertEndedWell(service);
            assertThat(service.log()).doesNotContain("WARN");
        }
    }

    /** Sends a body byte by byte, also after the response, until the service closes the connection. */
    private void upload(int port, CountDownLatch sending) {
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(200);
            OutputStream out = socket.getOutputStream();
            out.write(("POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
                            + "Content-Length: 100000\r\n\r\n.")
                    .getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            int read = 0;
            while (read >= 0) {
                try {
                    read = socket.getInputStream().read();
                    answer.write(read);
                } catch (SocketTimeoutException e) {
                    sending.countDown();
                    out.write('.');
                }
            }
            statuses.add(
                    Integer.valueOf(answer.toString(StandardCharsets.US_ASCII).split(" ")[1]));
        } catch (IOException e) {
            lost.add(e);
        }
    }

    /** Clients of all kinds, two of each, which continue until no connection is accepted any more. */
    private void endUnderLoad() throws Exception {
        try (ServiceProcess service =
                ServiceProcess.start(directory, ServiceProcess.OPTIMIZED, "--draem.shutdown.drain-limit=5s")) {
            int port = awaitReady(service);
            byte[] image = Files.readAllBytes(TestModels.broken());
            CountDownLatch warm = new CountDownLatch(3 * CLIENTS);
            List<LoadClient> clients = new ArrayList<>();
            for (LoadClient.Kind kind : LoadClient.Kind.values()) {
                clients.add(LoadClient.start(port, image, kind, warm));
                clients.add(LoadClient.start(port, image, kind, warm));
            }
            assertThat(warm.await(60, TimeUnit.SECONDS)).isTrue();
            service.terminate();
            assertThat(service.awaitExit()).as(service.log()).isEqualTo(SIGTERM);
            for (LoadClient client : clients) {
                client.join(60_000);
                assertThat(client.isAlive()).as("%s", client).isFalse();
                assertThat(client.unanswered())
                        .as("requests of %s without an answer%n%s", client, service.log())
                        .isEmpty();
                if (client.kind() == LoadClient.Kind.ENDLESS) {
                    assertThat(client.statuses()).as("%s", client).isNotEmpty().containsOnly(503);
                } else {
                    assertThat(client.statuses()).as("%s", client).contains(200).isSubsetOf(200, 503);
                }
            }
            assertEndedWell(service);
        }
    }

    @Test
    void aStartThatIsUnderWayIsFinishedBeforeItEnds() throws Exception {
        try (ServiceProcess service = ServiceProcess.start(directory)) {
            service.awaitPort();
            service.terminate();
            assertThat(service.awaitExit()).as(service.log()).isEqualTo(SIGTERM);
            assertEndedWell(service);
        }
    }

    @Test
    void aClosedTerminalEndsItAsCleanly() throws Exception {
        assumeFalse(
                hangUpsAreIgnored(), "SIGHUP is ignored here, as under nohup, and so in every process that is started");
        try (ServiceProcess service = ServiceProcess.start(directory)) {
            awaitReady(service);
            service.hangUp();
            assertThat(service.awaitExit()).as(service.log()).isEqualTo(SIGHUP);
            assertEndedWell(service);
        }
    }

    private static boolean hangUpsAreIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line -> line.matches(".*[13579bdf]"));
    }

    @Test
    void aStartThatCannotSucceedEndsWithProblemAndRemedy() throws Exception {
        try (ServiceProcess service =
                ServiceProcess.start(directory, "--draem.models.directory=" + directory.resolve("nowhere"))) {
            assertThat(service.awaitExit()).isEqualTo(1);
            assertThat(service.log())
                    .contains("nowhere does not exist", "Set draem.models.directory")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aMisspelledPropertyFailsTheStartAndTheNearestNameIsLogged() throws Exception {
        try (ServiceProcess service = ServiceProcess.start(
                directory,
                Map.of("DRAEM_INFERENCE_TREADS", "1", "DRAEM_PORT", "tcp://10.0.0.7:8080"),
                "--draem.inference.queue-capacty=8")) {
            assertThat(service.awaitExit()).isEqualTo(1);
            assertThat(service.log())
                    .contains(
                            "draem.inference.queue-capacty, which is set in the command line",
                            "the nearest is draem.inference.queue-capacity",
                            "DRAEM_INFERENCE_TREADS is ignored",
                            "DRAEM_INFERENCE_THREADS")
                    .doesNotContain("\tat ", "DRAEM_PORT");
        }
    }

    private static void assertEndedWell(ServiceProcess service) {
        assertThat(service.crashed()).isFalse();
        assertThat(service.log()).contains("Shut down").doesNotContain("ERROR", "SIGSEGV", "\tat ");
    }

    private static int awaitReady(ServiceProcess service) throws IOException, InterruptedException {
        int port = service.awaitPort();
        service.awaitLine(Pattern.compile("Ready in \\d+\\.\\d s at http://localhost:" + port + "/$"));
        assertThat(get(port, "/actuator/health/readiness")).isEqualTo(200);
        return port;
    }

    private List<Thread> call(int port, CountDownLatch warm) throws IOException {
        byte[] photograph = Files.readAllBytes(TestModels.broken());
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Thread client = new Thread(() -> {
                while (!leave.get()) {
                    try {
                        statuses.add(detect(port, photograph));
                        warm.countDown();
                    } catch (ConnectException e) {
                        return;
                    } catch (IOException e) {
                        lost.add(e);
                    }
                }
            });
            client.start();
            clients.add(client);
        }
        return clients;
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(60_000);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    private static int detect(int port, byte[] image) throws IOException {
        HttpURLConnection connection = open(port, "/v1/detect");
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Content-Type", "image/jpeg");
        connection.setDoOutput(true);
        // A stream of fixed length is never sent a second time.
        connection.setFixedLengthStreamingMode(image.length);
        connection.getOutputStream().write(image);
        return read(connection);
    }

    private static int get(int port, String path) throws IOException {
        return read(open(port, path));
    }

    private static HttpURLConnection open(int port, String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://localhost:" + port + path).toURL().openConnection();
        connection.setRequestProperty("Connection", "close");
        connection.setReadTimeout(60_000);
        return connection;
    }

    private static int read(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        try (var body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            if (body != null) {
                body.readAllBytes();
            }
        }
        return status;
    }
}
