package io.draem.service.capture.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores that do not answer, or refuse. */
@Timeout(60)
class BucketFailureTests {

    private static final Duration SHORT = Duration.ofSeconds(1);

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
                .satisfies(e -> assertThat(e.refused()).isFalse())
                .withMessageContaining("s3://captured/line/ cannot be reached");
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.open("2026-03-01/a.jpg"));
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> store.list(name -> true));
    }

    @ParameterizedTest
    @CsvSource({"403, true", "404, true", "301, true", "500, false", "503, false"})
    void aRefusalIsToldFromAFailureThatMayPass(int status, boolean refused) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
        try (S3Settings settings = new S3Settings(server.getAddress().getPort());
                FileStore store = BucketStore.of("s3://captured/line", Duration.ofSeconds(10))) {
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> store.write("2026-03-01/a.jpg", new byte[10]))
                    .satisfies(e -> assertThat(e.refused()).isEqualTo(refused))
                    .withMessageContaining("answers " + status);
        } finally {
            server.stop(0);
        }
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
