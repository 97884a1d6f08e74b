package io.draem.service.security;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The valid keys, stored as SHA-256 digests only. */
final class ApiKeys {

    /** Names become labels of metrics, whose number must be limited. */
    private static final int MOST = 256;

    private static final Pattern LINE =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,63}):([0-9A-Fa-f]{64})(?::(admin|review))?");

    private final List<ApiKey> keys;

    private ApiKeys(List<ApiKey> keys) {
        this.keys = keys;
    }

    private record ApiKey(
            String name, byte[] digest, @Nullable String right) {}

    /**
     * Parses one key per line as {@code name:sha256}, {@code name:sha256:review} for a key that may see and label captured
     * images, or {@code name:sha256:admin} for one that may load and unload models too; ignores empty lines and those that start with {@code #}. A name may have several keys, so that an old and a new one
     * are valid during a rotation.
     *
     * @throws KeyFileException if a line is invalid, a key is repeated, or there are no or too many keys
     */
    static ApiKeys parse(List<String> lines) throws KeyFileException {
        List<ApiKey> keys = new ArrayList<>();
        Set<String> digests = new HashSet<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                // The message does not quote the line, which may have the key itself instead of its digest.
                throw new KeyFileException(
                        "Line " + (i + 1) + " is not of the form name:sha256, name:sha256:review or name:sha256:admin,"
                                + " where the name has at most 64 letters, digits, '.', '_' or '-' and the digest 64 hexadecimal"
                                + " digits");
            }
            byte[] digest = HexFormat.of().parseHex(matcher.group(2));
            if (!digests.add(HexFormat.of().formatHex(digest))) {
                throw new KeyFileException("Line " + (i + 1) + " repeats the key of an earlier line");
            }
            keys.add(new ApiKey(matcher.group(1), digest, matcher.group(3)));
        }
        if (keys.isEmpty()) {
            throw new KeyFileException("There is no key in it");
        }
        if (keys.size() > MOST) {
            throw new KeyFileException("There are " + keys.size() + " keys in it, more than " + MOST);
        }
        return new ApiKeys(List.copyOf(keys));
    }

    /** Returns the name of the key with a digest. */
    @Nullable
    String nameOf(byte[] digest) {
        ApiKey key = find(digest);
        return key == null ? null : key.name;
    }

    /** Returns whether the key with a digest may load and unload models. */
    boolean isAdmin(byte[] digest) {
        ApiKey key = find(digest);
        return key != null && Gatekeeper.ADMIN.equals(key.right);
    }

    /** Returns whether the key with a digest may see and label captured images. */
    boolean isReviewer(byte[] digest) {
        ApiKey key = find(digest);
        return key != null && key.right != null;
    }

    /** Returns whether any key may load and unload models. */
    boolean hasAdmin() {
        return keys.stream().anyMatch(key -> Gatekeeper.ADMIN.equals(key.right));
    }

    /** Every key is compared, each in the same time whatever it is. */
    private @Nullable ApiKey find(byte[] digest) {
        ApiKey found = null;
        for (ApiKey key : keys) {
            if (MessageDigest.isEqual(key.digest, digest)) {
                found = key;
            }
        }
        return found;
    }

    Set<String> names() {
        return keys.stream().map(ApiKey::name).collect(Collectors.toUnmodifiableSet());
    }

    int size() {
        return keys.size();
    }
}
