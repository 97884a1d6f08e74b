package io.draem.trainer.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The trainer in a JVM of its own, as a user starts it. */
final class TrainerProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;
    private final Path crashReport;
    private final List<String> log = new ArrayList<>();

    private TrainerProcess(Process process, Path crashReport) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
        this.crashReport = crashReport;
    }

    static TrainerProcess start(Path directory, String... arguments) throws IOException {
        return start(directory, Map.of(), arguments);
    }

    static TrainerProcess start(Path directory, Map<String, String> environment, String... arguments)
            throws IOException {
        Path crashReport = directory.resolve("crash.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:ErrorFile=" + crashReport,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName()));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new TrainerProcess(builder.start(), crashReport);
    }

    /** Reads what it says up to a line that starts so. */
    void awaitLine(String start) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            log.add(line);
            if (line.startsWith(start)) {
                return;
            }
        }
        throw new AssertionError("The trainer ended without the line '" + start + "':\n" + log());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal by its name. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                .start()
                .waitFor();
    }

    /** Reads the rest of what it says and returns the exit status, 128 and the signal's number if one ended it. */
    int awaitExit() throws IOException, InterruptedException {
        output.lines().forEach(log::add);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("The trainer still runs:\n" + log());
        }
        return process.exitValue();
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
}
