package io.draem.report;

import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Text as HTML: whatever comes from outside is escaped here. */
public final class Html {

    private static final String UNDEFINED = "–";

    private Html() {}

    /** Returns text that is safe as content and within quoted attributes, in HTML and in SVG. */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(Character.isISOControl(c) && c != '\n' ? 0xFFFD : c);
            }
        });
        return escaped.toString();
    }

    /** Returns a figure with three decimals, or a dash where it is not defined. */
    public static String figure(JsonNode value) {
        return value.isNumber() ? figure(value.asDouble()) : UNDEFINED;
    }

    /** Returns a figure with three decimals, or a dash where it is not finite. */
    public static String figure(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : UNDEFINED;
    }

    /** Returns a number as short as it is precise: four significant digits. */
    public static String number(double value) {
        if (!Double.isFinite(value)) {
            return UNDEFINED;
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            return Long.toString((long) value);
        }
        if (Math.abs(value) < 1e-3) { // 2e-4, not 2.00e-04
            return String.format(Locale.ROOT, "%.2e", value).replaceAll("\\.?0*e([+-])0*(\\d)", "e$1$2");
        }
        String text = String.format(Locale.ROOT, "%.4g", value);
        return text.contains(".") && !text.contains("e") ? text.replaceAll("\\.?0+$", "") : text;
    }

    /**
     * Returns a table.
     *
     * @param caption escaped here, as all cells are
     * @param header one cell for each column
     */
    public static String table(String caption, List<String> header, List<List<String>> rows) {
        StringBuilder html = new StringBuilder("<div class=\"scroll\"><table><caption>")
                .append(escape(caption))
                .append("</caption><thead><tr>");
        header.forEach(
                cell -> html.append("<th scope=\"col\">").append(escape(cell)).append("</th>"));
        html.append("</tr></thead><tbody>\n");
        for (List<String> row : rows) {
            html.append("<tr><th scope=\"row\">").append(escape(row.get(0))).append("</th>");
            row.stream()
                    .skip(1)
                    .forEach(cell -> html.append("<td>").append(escape(cell)).append("</td>"));
            html.append("</tr>\n");
        }
        return html.append("</tbody></table></div>\n").toString();
    }

    /** Returns a table that is folded away until it is asked for. */
    public static String folded(String summary, String content) {
        return "<details><summary>" + escape(summary) + "</summary>" + content + "</details>\n";
    }
}
