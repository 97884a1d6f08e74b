package io.draem.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The page around the sections of a report: it loads nothing, and runs no script. */
public final class Page {

    private final StringBuilder html;

    /**
     * Begins a page.
     *
     * @param title escaped here, as all arguments are that are not called content
     */
    public Page(String title, String heading) {
        html = new StringBuilder("""
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>%s</title>
                <style>
                %s</style></head><body><main>
                <h1>%s</h1>
                """.formatted(Html.escape(title), style(), Html.escape(heading)));
    }

    /** Adds HTML. */
    public Page add(String content) {
        html.append(content);
        return this;
    }

    /** Adds a section, unless it has no content. */
    public Page section(String title, String content) {
        if (!content.isEmpty()) {
            html.append("<section><h2>")
                    .append(Html.escape(title))
                    .append("</h2>\n")
                    .append(content)
                    .append("</section>\n");
        }
        return this;
    }

    /** Adds a list of warnings, unless there are none. */
    public Page warnings(List<String> warnings) {
        if (!warnings.isEmpty()) {
            html.append("<ul class=\"warnings\" aria-label=\"Warnings\">");
            warnings.forEach(
                    warning -> html.append("<li>").append(Html.escape(warning)).append("</li>"));
            html.append("</ul>\n");
        }
        return this;
    }

    /** Returns a figure with its name for a row of them in {@code <dl class="tiles">}. */
    public static String tile(String name, String value) {
        return "<div><dt>" + Html.escape(name) + "</dt><dd>" + Html.escape(value) + "</dd></div>";
    }

    /** Ends the page. */
    public String end() {
        return html + "</main></body></html>\n";
    }

    private static String style() {
        try (InputStream css = Objects.requireNonNull(
                Page.class.getResourceAsStream("report.css"), "report.css is missing from the jar")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
