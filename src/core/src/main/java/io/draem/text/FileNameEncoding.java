package io.draem.text;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/**
 * The encoding of file names and arguments in this process. The JVM takes it from the locale when it starts and never
 * changes it: with the locale C every character outside ASCII is lost.
 */
public final class FileNameEncoding {

    private static final char REPLACEMENT = '\uFFFD';

    private FileNameEncoding() {}

    /** Returns whether a name or an argument holds a character that was lost when it was read. */
    public static boolean isLost(String name) {
        return name.indexOf(REPLACEMENT) >= 0;
    }

    /** Returns whether the locale, rather than the name itself, is the reason that characters are lost. */
    public static boolean losesNames() {
        try {
            return !Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"))
                    .equals(StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    /** Returns whether text that is printed loses every character outside ASCII, as in the locale C. */
    public static boolean isAscii() {
        try {
            return Charset.forName(System.getProperty("native.encoding", "UTF-8"))
                    .equals(StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Returns the reason why a name cannot be used, with the remedy. */
    public static String explain(String name) {
        return "The name '" + name + "' "
                + (losesNames() && name.chars().anyMatch(character -> character > 127)
                        ? "has characters that cannot be read or written, as the locale's encoding is "
                                + System.getProperty("sun.jnu.encoding") + ": start the program with "
                                + remedy(System.getenv("LC_ALL"), System.getenv("LC_CTYPE"))
                        : "is not a valid file name here, or is not UTF-8: rename it");
    }

    /** Returns a name in the composed form (NFC): file systems return the composed or the decomposed form of a name. */
    public static String composed(String name) {
        return Normalizer.isNormalized(name, Normalizer.Form.NFC)
                ? name
                : Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    /** Returns the environment to set; LC_ALL and LC_CTYPE override LANG. */
    static String remedy(@Nullable String all, @Nullable String type) {
        String hiding = all != null && !all.isEmpty() ? "LC_ALL" : type != null && !type.isEmpty() ? "LC_CTYPE" : "";
        return "LANG=C.UTF-8 in its environment" + (hiding.isEmpty() ? "" : ", and without " + hiding);
    }
}
