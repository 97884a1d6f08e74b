package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Follows the relative links of all documents. */
class DocumentLinksTests {

    private static final Pattern FENCE = Pattern.compile("(?ms)^ *```.*?^ *```$");
    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^()\\s]+)\\)");
    private static final Pattern EXTERNAL = Pattern.compile("^[a-z][a-z0-9+.-]*:.*");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");
    private static final int README_LINES = 150;
    private static final int README_WIDTH = 120;

    @ParameterizedTest
    @MethodSource("documents")
    void everyRelativeLinkLeadsToAFileOrHeading(Path document) throws IOException {
        assertThat(broken(document)).isEmpty();
    }

    @Test
    void namesLinksWithoutAFileOrHeading() {
        Path document = Project.resolve("README.md");
        assertThat(broken(
                        document,
                        "# A `b`, c\n[one](#a-b-c) [two](#a) [three](LICENSE)\n[fo\nur](none.md)\n`[five](x)`"))
                .containsExactly("#a", "none.md");
    }

    @Test
    void theReadmeFitsOnAFewPages() throws IOException {
        assertThat(Files.readAllLines(Project.resolve("README.md")))
                .hasSizeLessThanOrEqualTo(README_LINES)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(README_WIDTH));
    }

    static List<Path> documents() throws IOException {
        Path root = Project.resolve("");
        List<Path> documents = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                boolean ours = directory.equals(root)
                        || !directory.getParent().equals(root)
                        || Set.of("src", "helm")
                                .contains(directory.getFileName().toString());
                boolean built = Set.of("target", "node_modules")
                        .contains(directory.getFileName().toString());
                return ours && !built ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    documents.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return documents;
    }

    private static List<String> broken(Path document) throws IOException {
        return broken(document, Files.readString(document));
    }

    private static List<String> broken(Path document, String text) {
        String prose = CODE.matcher(FENCE.matcher(text).replaceAll("")).replaceAll("");
        return LINK.matcher(prose)
                .results()
                .map(link -> link.group(1))
                .filter(target -> !EXTERNAL.matcher(target).matches())
                .filter(target -> !resolves(document, text, target))
                .toList();
    }

    private static boolean resolves(Path document, String text, String target) {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty()
                ? document
                : document.resolveSibling(URLDecoder.decode(parts[0], StandardCharsets.UTF_8))
                        .normalize();
        if (!Files.exists(file)) {
            return false;
        }
        return parts.length == 1
                || anchors(file.equals(document) ? text : read(file)).contains(parts[1]);
    }

    /** Returns the anchors of a document's headings as GitHub forms them. */
    private static Set<String> anchors(String text) {
        Set<String> anchors = new HashSet<>();
        HEADING.matcher(FENCE.matcher(text).replaceAll("")).results().forEach(heading -> {
            String anchor = heading.group(1)
                    .replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1")
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            String unique = anchor;
            for (int i = 1; !anchors.add(unique); i++) {
                unique = anchor + "-" + i;
            }
        });
        return anchors;
    }

    private static String read(Path file) {
        try {
            return Files.isDirectory(file) ? "" : Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(file + " cannot be read", e);
        }
    }
}
