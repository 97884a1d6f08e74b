package io.draem.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A page below {@code src/docs/reference} with generated parts: each is between a line {@code <!-- generated: NAME -->}
 * and a line {@code <!-- end -->}. With {@code -Dreference.update=true} a test writes them instead of comparing.
 */
public final class ReferencePage {

    private static final Pattern PART = Pattern.compile("(?ms)^<!-- generated: ([^\n]+) -->\n.*?^<!-- end -->$");
    private static final Pattern CODE = Pattern.compile("--[a-z][a-z-]*[a-z]|draem(?:\\.[a-z-]*[a-z])+"
            + "|[\\w./-]*<[\\w<>./-]+>|[A-Z]\\w+/[\\w./{},-]*[\\w}]|/v[12]/[a-z/]*[a-z]");

    private ReferencePage() {}

    /**
     * Asserts that the generated parts of a page are those of the code.
     *
     * @param page the name of its file
     * @param parts text by the name of the part; the page has exactly these
     */
    public static void check(String page, Map<String, String> parts) throws IOException {
        Path file = TestModels.file("src/docs/reference/" + page);
        String text = Files.readString(file);
        Set<String> names = new TreeSet<>();
        String expected = PART.matcher(text).replaceAll(part -> {
            names.add(part.group(1));
            return Matcher.quoteReplacement("<!-- generated: " + part.group(1) + " -->\n\n"
                    + parts.getOrDefault(part.group(1), "").strip() + "\n\n<!-- end -->");
        });
        assertThat(names).as("generated parts of " + page).isEqualTo(new TreeSet<>(parts.keySet()));
        check(file, expected);
    }

    /** Asserts that a generated file is as expected; with {@code -Dreference.update=true} writes it first. */
    public static void check(Path file, String expected) throws IOException {
        if (Boolean.getBoolean("reference.update")) {
            Files.writeString(file, expected);
        }
        assertThat(file)
                .as("-Dreference.update=true rewrites %s", file.getFileName())
                .content()
                .isEqualTo(expected);
    }

    /** Returns a table; cells are Markdown on one line. */
    public static String table(List<String> header, List<List<String>> rows) {
        return row(header)
                + "|" + "---|".repeat(header.size()) + "\n"
                + rows.stream().map(ReferencePage::row).collect(Collectors.joining());
    }

    private static String row(List<String> cells) {
        return cells.stream()
                .map(cell -> cell.isEmpty() ? "| " : "| " + cell.replace("|", "\\|") + " ")
                .collect(Collectors.joining("", "", "|\n"));
    }

    /** Returns a literal in the form of code. */
    public static String code(Object literal) {
        return "`" + literal + "`";
    }

    /** Returns a sentence of the code as Markdown: options, properties and paths become code. */
    public static String prose(String sentence) {
        return CODE.matcher(sentence.strip()).replaceAll("`$0`");
    }
}
