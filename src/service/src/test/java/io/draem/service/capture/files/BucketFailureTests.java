package io.draem.service.capture.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores that do not answer, or refuse. */
@Timeout(60)
class BucketFailureTests {

    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(10);

    @Test
    void aStoreThatNeverAnswersIsGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                S3Settings settings = new S3Settings(silent.getLocalPort());
                FileStore store = BucketStore.of("s3://captured/line", SHORT)) {
            assertUnreachable(store);
        }
    }

    @Test
    void nothingListensAtThePort() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        try (S3Settings settings = new S3Settings(port);
                FileStore store = BucketStore.of("s3://captured/line", SHORT)) {
            assertUnreachable(store);
        }
    }

    private static void assertUnreachable(FileStore store) {
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.write("2026-03-01/a.jpg", new byte[1 << 20]))
                .satisfies(e -> assertThat(e.wrong()).isFalse())
                .withMessageContaining("s3://captured/line/ cannot be reached");
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.open("2026-03-01/a.jpg"));
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.list(name -> true));
    }

    @ParameterizedTest
    @CsvSource({"404, true", "301, true", "400, false", "401, false", "403, false", "500, false", "503, false"})
    void aWrongStoreIsToldFromAFailureThatMayPass(int status, boolean wrong) throws IOException {
        HttpServer server = server(exchange -> exchange.sendResponseHeaders(status, -1));
        try (S3Settings settings = new S3Settings(server.getAddress().getPort());
                FileStore store = BucketStore.of("s3://captured/line", LONG)) {
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> store.write("2026-03-01/a.jpg", new byte[10]))
                    .satisfies(e -> assertThat(e.wrong()).isEqualTo(wrong))
                    .withMessageContaining("answers " + status);
        } finally {
            server.stop(0);
        }
    }

    /** As Google Cloud Storage answers. */
    @Test
    void anObjectThatIsGoneCountsAsDeleted() throws IOException {
        AtomicReference<String> code = new AtomicReference<>("NoSuchKey");
        HttpServer server = server(exchange -> {
            byte[] answer = ("<Error><Code>" + code + "</Code><Message>none</Message></Error>").getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/xml");
            exchange.sendResponseHeaders(404, answer.length);
            exchange.getResponseBody().write(answer);
        });
        try (S3Settings settings = new S3Settings(server.getAddress().getPort());
                FileStore store = BucketStore.of("s3://captured/line", LONG)) {
            store.delete("2026-03-01/a.jpg");
            code.set("NoSuchBucket");
            assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.delete("2026-03-01/a.jpg"));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aConnectionThatBreaksWhileAFileIsReadIsAFailureOfTheStore() throws IOException {
        HttpServer server = server(exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write(new byte[10]);
            exchange.getResponseBody().flush();
        });
        try (S3Settings settings = new S3Settings(server.getAddress().getPort());
                FileStore store = BucketStore.of("s3://captured/line", LONG)) {
            for (int i = 0; i < 10; i++) { // each gives its place back
                try (StoredFile file = store.open("2026-03-01/a.jpg")) {
                    assertThat(file.length()).isEqualTo(1000);
                    assertThatExceptionOfType(StoreException.class)
                            .isThrownBy(() -> file.read(1000))
                            .satisfies(e -> assertThat(e.busy()).isFalse())
                            .withMessageContaining("s3://captured/line/ stopped answering");
                }
            }
        } finally {
            server.stop(0);
        }
    }

    /** Returns a server that reads a request, and closes the connection after its answer. */
    private static HttpServer server(HttpHandler answer) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            answer.handle(exchange);
            exchange.close();
        });
        server.start();
        return server;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "captured",
                "https://captured/line",
                "s3://",
                "s3://UPPER/line",
                "s3://captured/a//b",
                "s3://captured/../d"
            })
    void anAddressThatIsNoneOfABucketIsRefused(String address) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> BucketStore.of(address))
                .withMessage("must be s3://BUCKET or s3://BUCKET/PREFIX, got " + address);
    }

    @Test
    void missingCredentialsAreNamed() throws IOException {
        assumeTrue(System.getenv("AWS_ACCESS_KEY_ID") == null && System.getenv("AWS_PROFILE") == null);
        System.setProperty("aws.disableEc2Metadata", "true");
        System.setProperty("aws.configFile", "/nonexistent/config");
        System.setProperty("aws.sharedCredentialsFile", "/nonexistent/credentials");
        try (S3Settings settings = new S3Settings(1)) {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
            try (FileStore store = BucketStore.of("s3://captured/line", LONG)) {
                assertThatExceptionOfType(StoreException.class)
                        .isThrownBy(() -> store.claim("index", false))
                        .satisfies(e -> assertThat(e.wrong()).isFalse())
                        .withMessageContaining(
                                "There are no credentials for s3://captured/line/: set AWS_ACCESS_KEY_ID");
            }
        } finally {
            System.clearProperty("aws.disableEc2Metadata");
            System.clearProperty("aws.configFile");
            System.clearProperty("aws.sharedCredentialsFile");
        }
    }

    @Test
    void aMissingRegionIsNamed() {
        System.setProperty("aws.disableEc2Metadata", "true");
        System.setProperty("aws.configFile", "/nonexistent/config");
        try {
            assumeTrue(System.getenv("AWS_REGION") == null);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> BucketStore.of("s3://captured/line"))
                    .withMessageContaining("region");
        } finally {
            System.clearProperty("aws.disableEc2Metadata");
            System.clearProperty("aws.configFile");
        }
    }
}
