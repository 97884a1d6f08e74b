package io.draem.service;

import io.draem.model.TestModels;
import io.draem.testing.BoundedProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The service in a JVM of its own, started as an operator starts it. */
final class ServiceProcess implements AutoCloseable {

    /** Of a wait for a line of the log or for the end. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** All compilers, as the service has them in use. */
    static final String OPTIMIZED = "-XX:TieredStopAtLevel=4";

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    private final BoundedProcess process;
    private final Path crashReport;

    private ServiceProcess(BoundedProcess process, Path crashReport) {
        this.process = process;
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
        // With the first compiler alone, a process that lives for seconds starts in half the time; under load pass
        // OPTIMIZED.
        List<String> command = new ArrayList<>(List.of(
                BoundedProcess.java("java"), "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:ErrorFile=" + crashReport));
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
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        return new ServiceProcess(BoundedProcess.start(builder), crashReport);
    }

    /** Waits for the line that names the port; models are still being loaded then. */
    int awaitPort() throws InterruptedException {
        return Integer.parseInt(awaitLine(PORT).group(1));
    }

    /** Waits for a line of the log. */
    Matcher awaitLine(Pattern pattern) throws InterruptedException {
        return process.awaitLine(pattern, LIMIT);
    }

    long pid() {
        return process.pid();
    }

    /** Sends SIGTERM. */
    void terminate() throws IOException, InterruptedException {
        process.signal("TERM");
    }

    /** Sends the signal that a terminal sends when it is closed. */
    void hangUp() throws IOException, InterruptedException {
        process.signal("HUP");
    }

    /** Waits for the end and returns the exit status. */
    int awaitExit() throws InterruptedException {
        return process.awaitExit(LIMIT);
    }

    String log() {
        return process.output();
    }

    boolean crashed() {
        return Files.exists(crashReport);
    }

    @Override
    public void close() throws InterruptedException {
        process.close();
    }

    /** Leaves the tests out: their logging is not the service's. */
    private static String classPath() {
        return Arrays.stream(BoundedProcess.classPath().split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("test-classes" + File.separator))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
