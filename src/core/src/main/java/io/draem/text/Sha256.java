package io.draem.text;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in the form that responses, logs and configuration show: {@code sha256:} and 64 hexadecimal digits. */
public final class Sha256 {

    private static final String PREFIX = "sha256:";

    private Sha256() {}

    /** Returns the digest of bytes. */
    public static String of(byte[] bytes) {
        return text(algorithm().digest(bytes));
    }

    /** Returns the digest of the remaining bytes of all buffers, one after the other; their positions stay. */
    public static String of(Iterable<ByteBuffer> buffers) {
        MessageDigest digest = algorithm();
        buffers.forEach(buffer -> digest.update(buffer.duplicate()));
        return text(digest.digest());
    }

    /** Returns the algorithm for digests that are taken piece by piece; {@link #text} shows them. */
    public static MessageDigest algorithm() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Returns the digits alone of such a text, as {@code sha256sum} prints them. */
    public static String hex(String text) {
        return text.substring(PREFIX.length());
    }

    /** Returns the text of a finished digest. */
    public static String text(byte[] digest) {
        return PREFIX + HexFormat.of().formatHex(digest);
    }
}
