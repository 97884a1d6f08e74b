package io.draem.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sizes of packages and classes, read from the main sources of all modules in the checkout. */
class LayoutTests {

    private static final int CLASSES = 20;
    private static final int LINES = 250;

    private static final Path ROOT =
            Path.of(System.getProperty("project.root", "../..")).resolve("src");

    @Test
    void aPackageOfManyClassesStatesTheReason() throws IOException {
        Map<Path, Long> packages = sources().stream()
                .filter(file -> !file.endsWith("package-info.java"))
                .collect(Collectors.groupingBy(Path::getParent, TreeMap::new, Collectors.counting()));
        for (Map.Entry<Path, Long> entry : packages.entrySet()) {
            Path info = entry.getKey().resolve("package-info.java");
            assertThat(info).exists();
            if (entry.getValue() > CLASSES) {
                assertThat(Files.readString(info).replaceAll("\\s*\\n\\s*\\*?\\s*", " "))
                        .as("%s has %d classes", entry.getKey(), entry.getValue())
                        .contains("more than 20");
            }
        }
    }

    @Test
    void noClassIsLong() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : sources()) {
            try (Stream<String> lines = Files.lines(file)) {
                if (lines.count() > LINES) {
                    found.add(file.getFileName().toString().replace(".java", ""));
                }
            }
        }
        assertThat(found).as("classes of over %d lines", LINES).isEmpty();
    }

    private static List<Path> sources() throws IOException {
        assumeThat(ROOT.resolve("service/src/main")).as("the other modules").isDirectory();
        try (Stream<Path> modules = Files.list(ROOT)) {
            List<Path> files = modules.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .flatMap(LayoutTests::javaFiles)
                    .toList();
            assertThat(files).hasSizeGreaterThan(100);
            return files;
        }
    }

    private static Stream<Path> javaFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
