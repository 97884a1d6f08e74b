package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** Runs programs of other languages; where one is missing or cannot reach its registry, the test is skipped and says so. */
final class Programs {

    private static final int MINUTES = 10;

    /** What npm, pip, Go and Maven say without a network. */
    private static final Pattern UNREACHABLE = Pattern.compile(
            "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|name resolution|Name or service not known"
                    + "|no such host|connection refused|i/o timeout|network is unreachable|Failed to establish",
            Pattern.CASE_INSENSITIVE);

    /**
     * How a program ended.
     *
     * @param status its exit status
     * @param output what it wrote to its standard output
     * @param errors what it wrote to its standard error
     */
    record Ended(int status, String output, String errors) {

        String all() {
            return output + errors;
        }
    }

    private Programs() {}

    /** Skips the test where a program is not on the PATH. */
    static void require(String... programs) {
        for (String program : programs) {
            if (Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                    .noneMatch(folder -> Files.isExecutable(Path.of(folder, program)))) {
                skip(program + " is not on the PATH");
            }
        }
    }

    /** Runs a program that must succeed and returns its standard output. */
    static String run(Path folder, List<String> command) throws IOException, InterruptedException {
        Ended ended = end(folder, command);
        assertThat(ended.status()).as("%s: %s", command, ended.all()).isZero();
        return ended.output();
    }

    /** Runs a program that fetches from a registry, and skips the test where there is none to be reached. */
    static Ended fetch(Path folder, String... command) throws IOException, InterruptedException {
        Ended ended = end(folder, List.of(command));
        if (ended.status() != 0 && UNREACHABLE.matcher(ended.all()).find()) {
            skip(name(command) + " reaches no registry: "
                    + ended.all()
                            .lines()
                            .filter(UNREACHABLE.asPredicate())
                            .findFirst()
                            .orElse(""));
        }
        return ended;
    }

    /** Runs a program that fetches from a registry and must succeed then. */
    static void install(Path folder, String... command) throws IOException, InterruptedException {
        Ended ended = fetch(folder, command);
        assertThat(ended.status())
                .as("%s: %s", String.join(" ", command), ended.all())
                .isZero();
    }

    /** Returns the program's name, also where {@code env} starts it. */
    private static String name(String... command) {
        return Arrays.stream(command)
                .filter(word -> !word.equals("env") && !word.contains("="))
                .findFirst()
                .map(word -> Path.of(word).getFileName().toString())
                .orElseThrow();
    }

    private static void skip(String reason) {
        System.out.println("Skipped: " + reason);
        Assumptions.abort(reason);
    }

    /** Runs a program to its end, which it must reach within a limit, whatever its status is. */
    static Ended end(Path folder, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("output", ".txt");
        Path errors = Files.createTempFile("errors", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
                throw new AssertionError(command + " took longer than " + MINUTES + " minutes");
            }
            return new Ended(process.exitValue(), read(output), read(errors));
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
