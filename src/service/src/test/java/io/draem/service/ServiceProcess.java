package io.draem.service;

import io.draem.model.TestModels;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The service in a JVM of its own, started as an operator starts it. */
final class ServiceProcess implements AutoCloseable {

    /** Of a wait for a line of the log or the end. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    private final Process process;
    private final BufferedReader output;
    private final Path crashReport;
    private final List<String> log = new ArrayList<>();
    private boolean copied;

    private ServiceProcess(Process process, Path crashReport) {
        this.process = process;
        this.output = process.inputReader();
        this.crashReport = crashReport;
    }

    static ServiceProcess start(Path directory, String... arguments) throws IOException {
        return start(directory, Map.of(), arguments);
    }

    /**
     * Starts the service with more in its environment.
     *
     * @param arguments its options, and those of its JVM that start with {@code -X}
     */
    static ServiceProcess start(Path directory, Map<String, String> environment, String... arguments)
            throws IOException {
        Path crashReport = directory.resolve("crash.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:ErrorFile=" + crashReport));
        // Options of the JVM; of an option that comes twice the last one counts.
        Arrays.stream(arguments).filter(argument -> argument.startsWith("-X")).forEach(command::add);
        command.addAll(List.of("-cp", classPath(), DraemServiceApplication.class.getName()));
        // An option that comes twice is a list of both.
        Stream.of(
                        "--server.port=0",
                        "--draem.inference.provider=cpu",
                        "--draem.models.directory=" + TestModels.directory())
                .filter(option -> Arrays.stream(arguments)
                        .noneMatch(argument -> argument.startsWith(option.substring(0, option.indexOf('=') + 1))))
                .forEach(command::add);
        Arrays.stream(arguments).filter(argument -> !argument.startsWith("-X")).forEach(command::add);
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new ServiceProcess(builder.start(), crashReport);
    }

    /** Reads the log up to the line that names the port; models are still being loaded then. */
    int awaitPort() throws IOException {
        return Integer.parseInt(awaitLine(PORT).group(1));
    }

    /** Reads the log up to a line. */
    Matcher awaitLine(Pattern pattern) throws IOException {
        CompletableFuture<Void> limit = endOverdue();
        try {
            return readTo(pattern);
        } finally {
            limit.cancel(false);
        }
    }

    private Matcher readTo(Pattern pattern) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            log.add(line);
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                return matcher;
            }
        }
        throw new AssertionError("The service ended without the line " + pattern + ":\n" + String.join("\n", log));
    }

    /** Reads the log on a thread of its own into a file from here on, as a service that runs for long needs it. */
    void copyLog(Path file) {
        copied = true;
        Thread copy = new Thread(
                () -> {
                    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
                        for (String line = output.readLine(); line != null; line = output.readLine()) {
                            writer.write(line);
                            writer.newLine();
                            writer.flush();
                        }
                    } catch (IOException e) {
                        // The service has been ended by force.
                    }
                },
                "service-log");
        copy.setDaemon(true);
        copy.start();
    }

    long pid() {
        return process.pid();
    }

    /** Sends SIGTERM. */
    void terminate() {
        // Of the handle: the process itself would close the streams too, and with them the log.
        process.toHandle().destroy();
    }

    /** Sends what a terminal sends when it is closed. */
    void hangUp() throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -HUP " + process.pid()).start().waitFor();
    }

    /** Reads the rest of the log and returns the exit status. */
    int awaitExit() throws IOException, InterruptedException {
        CompletableFuture<Void> limit = endOverdue();
        if (!copied) {
            output.lines().forEach(log::add);
        }
        int status = process.waitFor();
        if (!limit.cancel(false)) {
            throw new AssertionError("The service did not end within " + LIMIT + ":\n" + String.join("\n", log));
        }
        return status;
    }

    /** Ends the service by force after a while, so that reading its log ends. */
    private CompletableFuture<Void> endOverdue() {
        return CompletableFuture.runAsync(
                () -> process.toHandle().destroyForcibly(),
                CompletableFuture.delayedExecutor(LIMIT.toSeconds(), TimeUnit.SECONDS));
    }

    String log() {
        return String.join("\n", log);
    }

    boolean crashed() {
        return Files.exists(crashReport);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        output.close();
    }

    /** Leaves the tests out: their logging is not the service's. */
    private static String classPath() {
        String whole = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(whole.split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("test-classes" + File.separator))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
