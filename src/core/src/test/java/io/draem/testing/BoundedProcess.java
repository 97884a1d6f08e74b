package io.draem.testing;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process whose output is read on a thread of its own, so that every wait for it has a limit. Standard output and standard
 * error are one output in UTF-8. Closing it kills the process and its descendants.
 */
public final class BoundedProcess implements AutoCloseable {

    /** Time for the output's last lines after the process has ended; a descendant can hold the output open for longer. */
    private static final Duration REST = Duration.ofSeconds(10);

    private final String name;
    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();
    private boolean complete;
    private int read;

    private BoundedProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        reader = new Thread(this::readLines, "output of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a process; the builder's standard error joins its standard output. */
    public static BoundedProcess start(ProcessBuilder builder) throws IOException {
        String program = Path.of(builder.command().get(0)).getFileName().toString();
        return new BoundedProcess(program, builder.redirectErrorStream(true).start());
    }

    public static BoundedProcess start(String... command) throws IOException {
        return start(new ProcessBuilder(command));
    }

    /** Starts a class of the test's class path in a JVM of its own. */
    public static BoundedProcess startJava(List<String> options, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java("java"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(), main.getName()));
        command.addAll(List.of(arguments));
        return start(new ProcessBuilder(command));
    }

    /** Returns the path of a program of the JDK that runs the tests. */
    public static String java(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    /** Returns the class path of the tests, also where Surefire passes it in a manifest. */
    public static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /**
     * Runs a program to its end and returns its output.
     *
     * @throws AssertionError if it does not end within the limit, or with a status other than 0
     */
    public static String run(Duration limit, String... command) throws IOException, InterruptedException {
        try (BoundedProcess process = start(command)) {
            int status = process.awaitExit(limit);
            if (status != 0) {
                throw process.error("ended with status " + status);
            }
            return process.output();
        }
    }

    /** Writes a line to the process's standard input, in UTF-8. */
    public void writeLine(String line) throws IOException {
        BufferedWriter input = process.outputWriter(StandardCharsets.UTF_8);
        input.write(line + "\n");
        input.flush();
    }

    private void readLines() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // The process was killed while it wrote.
        } finally {
            synchronized (lines) {
                complete = true;
                lines.notifyAll();
            }
        }
    }

    /**
     * Waits for a line that contains a text, after the line that the last wait returned.
     *
     * @throws AssertionError if there is none within the limit or before the output ends
     */
    public String awaitLine(String text, Duration limit) throws InterruptedException {
        return awaitLine(Pattern.compile(".*" + Pattern.quote(text) + ".*"), limit)
                .group();
    }

    /** Waits for a line in which a pattern occurs, as {@link #awaitLine(String, Duration)} does. */
    public Matcher awaitLine(Pattern pattern, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        synchronized (lines) {
            while (true) {
                while (read < lines.size()) {
                    Matcher matcher = pattern.matcher(lines.get(read++));
                    if (matcher.find()) {
                        return matcher;
                    }
                }
                long left = end - System.nanoTime();
                if (complete) {
                    throw error("ended without the line " + pattern);
                }
                if (left <= 0) {
                    throw error("did not write the line " + pattern + " within " + limit.toSeconds() + " s");
                }
                TimeUnit.NANOSECONDS.timedWait(lines, left);
            }
        }
    }

    /**
     * Waits for the end of the process and of its output.
     *
     * @return the exit status: 128 and the signal's number if a signal ended it
     * @throws AssertionError if it does not end within the limit; it is killed then
     */
    public int awaitExit(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
            throw error("did not end within " + limit.toSeconds() + " s and was killed");
        }
        reader.join(REST.toMillis());
        return process.exitValue();
    }

    /** Returns the output so far, without its last line's end. */
    public String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** Sends a signal by its name, such as {@code TERM}; the output stays readable. */
    public void signal(String name) throws IOException, InterruptedException {
        run(Duration.ofSeconds(30), "sh", "-c", "kill -" + name + " " + process.pid());
    }

    /** Kills the process and its descendants. */
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.toHandle().destroyForcibly();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
        process.waitFor(REST.toSeconds(), TimeUnit.SECONDS);
    }

    private AssertionError error(String problem) {
        return new AssertionError(name + " " + problem + ":\n" + output());
    }
}
