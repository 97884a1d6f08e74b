package io.draem.text;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/**
 * The encoding that this process reads file names and arguments in. The JVM takes it from the locale when it starts, and
 * nothing can change it afterwards: with the locale C every character outside ASCII is lost.
 */
public final class FileNameEncoding {

    private static final char REPLACEMENT = '\uFFFD';

    private FileNameEncoding() {}

    /** Says whether a name or an argument holds a character that was lost when it was read. */
    public static boolean isLost(String name) {
        return name.indexOf(REPLACEMENT) >= 0;
    }

    /** Says whether the locale is the reason where a name is lost, rather than the name itself. */
    public static boolean losesNames() {
        try {
            return !Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"))
                    .equals(StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    /** Says whether text that is printed loses every character outside ASCII, as in the locale C. */
    public static boolean isAscii() {
        try {
            return Charset.forName(System.getProperty("native.encoding", "UTF-8"))
                    .equals(StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Returns a sentence that says why a name cannot be used, and what to do about it. */
    public static String explain(String name) {
        return "The name '" + name + "' "
                + (losesNames() && name.chars().anyMatch(character -> character > 127)
                        ? "has characters that cannot be read or written, as the locale's encoding is "
                                + System.getProperty("sun.jnu.encoding") + ": start the program with "
                                + remedy(System.getenv("LC_ALL"), System.getenv("LC_CTYPE"))
                        : "is no name of a file here, or is not UTF-8: rename it");
    }

    /** Returns a name in the composed form (NFC): file systems hand out the composed and the decomposed form of one name. */
    public static String composed(String name) {
        return Normalizer.isNormalized(name, Normalizer.Form.NFC)
                ? name
                : Normalizer.normalize(name, Normalizer.Form.NFC);
    }

    /** Returns what to set; LC_ALL and LC_CTYPE, where set, hide LANG. */
    static String remedy(@Nullable String all, @Nullable String type) {
        String hiding = all != null && !all.isEmpty() ? "LC_ALL" : type != null && !type.isEmpty() ? "LC_CTYPE" : "";
        return "LANG=C.UTF-8 in its environment" + (hiding.isEmpty() ? "" : ", and without " + hiding);
    }
}
