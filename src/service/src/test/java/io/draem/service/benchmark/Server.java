package io.draem.service.benchmark;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A server in processes of its own, started as its operator starts it and looked at from outside. */
final class Server implements AutoCloseable {

    /** What every server of the comparison gets. */
    static final int THREADS = Runtime.getRuntime().availableProcessors();

    private static final Path JAR = Path.of("src/service/target/draem-service.jar");
    private static final Path PEERS = Path.of("src/service/src/test/python");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration START = Duration.ofSeconds(180);

    private final String name;
    private final Process process;
    private final int port;

    private Server(String name, Process process, int port) {
        this.name = name;
        this.process = process;
        this.port = port;
    }

    /**
     * Starts the service from its jar and waits until it is ready. The property {@code jvm} has the options of its JVM.
     *
     * @param models the model directory
     */
    static Server service(Path models, String... arguments) throws IOException, InterruptedException {
        int port = freePort();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("jvm", "-Xmx512m").split(" ")));
        command.addAll(List.of(
                "-jar",
                JAR.toString(),
                "--server.port=" + port,
                "--draem.inference.provider=cpu",
                "--draem.inference.threads=" + THREADS,
                "--draem.models.directory=" + models));
        command.addAll(List.of(arguments));
        return start("service", new ProcessBuilder(command), port, "/actuator/health/readiness");
    }

    /**
     * Starts a peer and waits until it answers.
     *
     * @param python one that has the packages of {@code requirements.txt}
     * @param script what to run, among {@code src/service/src/test/python}
     */
    static Server peer(Path python, String script, Path graph) throws IOException, InterruptedException {
        int port = freePort();
        ProcessBuilder builder =
                new ProcessBuilder(python.toString(), PEERS.resolve(script).toString(), Integer.toString(port));
        builder.environment().put("MODEL", graph.toString());
        builder.environment().put("THREADS", Integer.toString(THREADS));
        return start(script.replace("_server.py", ""), builder, port, "/health");
    }

    private static Server start(String name, ProcessBuilder builder, int port, String health)
            throws IOException, InterruptedException {
        File log = Files.createTempFile("benchmark-" + name + "-", ".log").toFile();
        log.deleteOnExit();
        Server server = new Server(
                name, builder.redirectErrorStream(true).redirectOutput(log).start(), port);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        long end = System.nanoTime() + START.toNanos();
        while (!server.answers(health)) {
            if (!server.process.isAlive() || System.nanoTime() > end) {
                server.close();
                throw new IllegalStateException(
                        "The server " + name + " did not start:\n" + Files.readString(log.toPath()));
            }
            Thread.sleep(100);
        }
        return server;
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    String get(String path) throws IOException, InterruptedException {
        return CLIENT.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private boolean answers(String path) throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri(path)).build();
            return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the resident memory of its processes now, in MiB. */
    long residentMegabytes() throws IOException {
        long kilobytes = 0;
        for (ProcessHandle handle : handles()) {
            kilobytes += status(handle, "VmRSS:");
        }
        return kilobytes >> 10;
    }

    /** Returns the largest resident memory so far, in MiB. */
    long peakMegabytes() throws IOException {
        return status(process.toHandle(), "VmHWM:") >> 10;
    }

    /** Lets the largest resident memory begin anew. */
    void forgetPeak() throws IOException {
        Files.writeString(Path.of("/proc", Long.toString(process.pid()), "clear_refs"), "5");
    }

    private static long status(ProcessHandle handle, String key) throws IOException {
        Path status = Path.of("/proc", Long.toString(handle.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith(key)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return 0;
    }

    private List<ProcessHandle> handles() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
    }

    @Override
    public void close() {
        List<ProcessHandle> all = handles();
        process.destroy();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
