package io.draem.service.capture.files;

import io.draem.testing.Await;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An S3 server in a process of its own, S3Mock, with the bucket {@code captured}. */
public final class S3Server implements AutoCloseable {

    /** Whether the build has the server: {@code -Ps3} downloads it. */
    public static final String GATE = "draem.test.s3";

    /** What a test says that is skipped without it. */
    public static final String REASON = "Needs an S3 server, which -Ps3 downloads (30 MB)";

    private static final Path JAR =
            Path.of(System.getProperty("project.root", "../..")).resolve("src/service/target/s3mock.jar");

    private final Path folder;
    private final int port;
    private Process process;

    /** @param folder for the objects */
    public S3Server(Path folder) throws Exception {
        this.folder = folder;
        this.port = freePort();
        start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Returns the port, which stays the same. */
    public int port() {
        return port;
    }

    /** Starts it again; its objects are there. */
    public void start() throws Exception {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        JAR.toString(),
                        "--http.port=" + port,
                        "--server.port=0",
                        "--com.adobe.testing.s3mock.store.initial-buckets=captured",
                        "--com.adobe.testing.s3mock.store.retain-files-on-exit=true",
                        "--com.adobe.testing.s3mock.store.root=" + folder)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolveSibling("s3mock.log").toFile())
                .start();
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/captured"))
                .build();
        Await.until(Duration.ofMinutes(3), () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("The S3 server ended: see s3mock.log");
            }
            try {
                return client.send(request, HttpResponse.BodyHandlers.discarding())
                                .statusCode()
                        == 200;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Ends it; nothing listens at its port. */
    public void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}
