package io.draem.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The fast lane, {@code ./mvnw test}, starts no process: read from the tests of all modules in the checkout. */
class LaneTests {

    private static final Pattern STARTS_A_PROCESS =
            Pattern.compile("\\bProcessBuilder\\b|Runtime\\.getRuntime\\(\\)\\.exec");

    /** What keeps a test class, or its methods that start processes, out of the fast lane. */
    private static final Pattern KEPT_OUT =
            Pattern.compile("@Tag\\(\"slow\"\\)|@EnabledIfSystemProperty|@LongTest|@NeedsImage");

    private static final Pattern TEXT =
            Pattern.compile("/\\*.*?\\*/|//[^\n]*|\"(\\\\.|[^\"\\\\\n])*\"", Pattern.DOTALL);
    private static final Pattern SUPERCLASS = Pattern.compile("\\bclass \\w+ extends (\\w+)");

    @Test
    void aTestThatStartsAProcessIsKeptOutOfTheFastLane() throws IOException {
        Path root = Path.of(System.getProperty("project.root", "../..")).resolve("src");
        assumeThat(root.resolve("service/src/test")).as("the other modules").isDirectory();
        Map<String, String> sources = sources(root);
        Map<String, String> code = new HashMap<>();
        sources.forEach((name, source) -> code.put(name, TEXT.matcher(source).replaceAll("")));

        Set<String> starting = code.keySet().stream()
                .filter(name -> STARTS_A_PROCESS.matcher(code.get(name)).find())
                .collect(Collectors.toCollection(HashSet::new));
        assertThat(starting).contains("BoundedProcess");
        for (int before = 0; before < starting.size(); ) {
            before = starting.size();
            Pattern use = Pattern.compile("\\b(" + String.join("|", starting) + ")\\b");
            code.forEach((name, text) -> {
                if (use.matcher(text).find()) {
                    starting.add(name);
                }
            });
        }

        Set<String> fast = starting.stream()
                .filter(name -> name.endsWith("Tests") && !isKeptOut(name, sources))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(fast)
                .as("tests that start a process and lack @Tag(\"slow\")")
                .isEmpty();
    }

    private static boolean isKeptOut(String name, Map<String, String> sources) {
        String source = sources.getOrDefault(name, "");
        return KEPT_OUT.matcher(source).find()
                || SUPERCLASS.matcher(source).results().anyMatch(superclass -> isKeptOut(superclass.group(1), sources));
    }

    /** Returns the test sources of all modules by the names of their classes. */
    private static Map<String, String> sources(Path root) throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path tests : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    files.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> !file.endsWith("package-info.java"))
                            .forEach(file -> sources.merge(
                                    file.getFileName().toString().replace(".java", ""), read(file), String::concat));
                }
            }
        }
        return sources;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
