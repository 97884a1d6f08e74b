package io.draem.text;

import java.util.Locale;

/**
 * Text from outside, such as a file's name or a graph's metadata, for logs and responses: in one line, and without
 * characters that a terminal or a browser interprets.
 */
public final class SafeText {

    private static final int MAX = 128;

    private SafeText() {}

    /**
     * Returns the text with each control character, line separator, format character (which may reverse the direction
     * of the text that follows) and unpaired surrogate as an escape, such as {@code \u001b}.
     */
    public static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(point -> append(safe, point));
        return safe.toString();
    }

    /** Returns what {@link #of(String)} returns, in single quotes. */
    public static String quoted(String text) {
        return "'" + of(text) + "'";
    }

    /** Returns what {@link #escaped} returns, cut to {@value #MAX} characters and never within an escape. */
    public static String of(String text) {
        return of(text, MAX);
    }

    /** Returns what {@link #escaped} returns, cut to a number of characters and never within an escape. */
    public static String of(String text, int max) {
        StringBuilder safe = new StringBuilder();
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            int length = safe.length();
            append(safe, point);
            if (safe.codePointCount(0, safe.length()) > max) {
                safe.setLength(length);
                break;
            }
            i += Character.charCount(point);
        }
        return safe.toString();
    }

    private static void append(StringBuilder safe, int point) {
        if (isSafe(point)) {
            safe.appendCodePoint(point);
            return;
        }
        for (char unit : Character.toChars(point)) {
            safe.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
        }
    }

    private static boolean isSafe(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
