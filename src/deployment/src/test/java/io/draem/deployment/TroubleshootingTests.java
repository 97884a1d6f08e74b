package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the messages that the guide quotes with those in the code. */
class TroubleshootingTests {

    private static final Pattern MESSAGE = Pattern.compile("(?m)^\\| \"(.+?)\"(?! \\(Spring Boot\\))");
    private static final Pattern JOINT = Pattern.compile("\"\\s*\\+\\s*\"");

    @Test
    void everyQuotedMessageIsInTheCode() throws IOException {
        String code = code();
        List<String> fragments = MESSAGE.matcher(Files.readString(Project.resolve("src/docs/how-to/troubleshoot.md")))
                .results()
                .flatMap(message -> Stream.of(message.group(1).split("…")))
                .map(fragment -> fragment.replaceAll("^[ .,:']+|[ .,:']+$", ""))
                .filter(fragment -> fragment.length() > 3)
                .toList();
        assertThat(fragments)
                .isNotEmpty()
                .allSatisfy(fragment ->
                        assertThat(code.contains(fragment)).as(fragment).isTrue());
    }

    /** Returns all main code, with texts that are joined over several lines in one piece. */
    private static String code() throws IOException {
        try (Stream<Path> files = Files.find(
                Project.resolve("src"),
                Integer.MAX_VALUE,
                (file, attributes) ->
                        file.toString().endsWith(".java") && file.toString().contains("/src/main/"))) {
            return files.map(TroubleshootingTests::read)
                    .map(text -> JOINT.matcher(text).replaceAll(""))
                    .collect(Collectors.joining("\n"));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(file + " cannot be read", e);
        }
    }
}
