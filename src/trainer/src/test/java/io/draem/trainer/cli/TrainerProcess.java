package io.draem.trainer.cli;

import io.draem.testing.BoundedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The trainer in a JVM of its own, as a user starts it. Every wait for it is limited. */
final class TrainerProcess implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofMinutes(4);

    private final BoundedProcess process;
    private final Path crashReport;

    private TrainerProcess(BoundedProcess process, Path crashReport) {
        this.process = process;
        this.crashReport = crashReport;
    }

    static TrainerProcess start(Path directory, String... arguments) throws IOException {
        return start(directory, Map.of(), arguments);
    }

    static TrainerProcess start(Path directory, Map<String, String> environment, String... arguments)
            throws IOException {
        Path crashReport = directory.resolve("crash.log");
        List<String> command = new ArrayList<>(List.of(
                BoundedProcess.java("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:ErrorFile=" + crashReport,
                "-cp",
                BoundedProcess.classPath(),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        return new TrainerProcess(BoundedProcess.start(builder), crashReport);
    }

    /** Waits for a line that starts so. */
    void awaitLine(String start) throws InterruptedException {
        process.awaitLine(Pattern.compile("^" + Pattern.quote(start)), LIMIT);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal by its name. */
    void signal(String name) throws IOException, InterruptedException {
        process.signal(name);
    }

    /** Returns the exit status, 128 and the signal's number if one ended it. */
    int awaitExit() throws InterruptedException {
        return process.awaitExit(LIMIT);
    }

    /** Returns the output so far. */
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
}
