package io.draem.service.security;

import io.draem.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Authorizes requests by their API key. Without a file of keys every request is granted. */
public final class Gatekeeper {

    /** The right to load, unload, promote and roll back models, as the file of keys names it. */
    public static final String ADMIN = "admin";

    /** The right to see and label captured images, as the file of keys names it. */
    public static final String REVIEW = "review";

    private static final String EVERYBODY = "everybody";

    private final @Nullable KeyFile file;
    private final @Nullable RateLimit limit;
    private final AccessListener listener;

    Gatekeeper(@Nullable KeyFile file, @Nullable RateLimit limit, AccessListener listener) {
        this.file = file;
        this.limit = limit;
        this.listener = listener;
    }

    /** Returns whether requests need a key. */
    public boolean requiresKeys() {
        return file != null;
    }

    /** Returns how a client is called in fair scheduling, by the name of its key. */
    public static String client(String key) {
        return "key " + key;
    }

    /** Returns the name of a key, null if it is not valid; does not count against the rate limit. */
    public @Nullable String identify(@Nullable String key) {
        if (file == null) {
            return EVERYBODY;
        }
        return key == null ? null : file.keys().nameOf(digest(key));
    }

    /** Returns whether there is a key with the right to load, unload, promote and roll back models. */
    public boolean hasAdmin() {
        return file != null && file.keys().hasAdmin();
    }

    /** Returns whether a key has the right to load, unload, promote and roll back models; nobody has it where no keys are required. */
    public boolean isAdmin(@Nullable String key) {
        return file != null && key != null && file.keys().isAdmin(digest(key));
    }

    /**
     * Returns whether a key has the right to see and label captured images: administrators have it too, and everybody where
     * no keys are required.
     */
    public boolean isReviewer(@Nullable String key) {
        return file == null || key != null && file.keys().isReviewer(digest(key));
    }

    private static byte[] digest(String key) {
        // The characters of a header are its bytes.
        return Sha256.algorithm().digest(key.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Decides on one request.
     *
     * @param name name of its API key; null if it has no valid one
     * @param limited whether it counts against the rate limit of the key
     */
    public Access admit(@Nullable String name, boolean limited) {
        if (file == null) {
            return new Access.Granted();
        }
        if (name == null) {
            listener.denied();
            return new Access.Denied();
        }
        Duration wait = limited && limit != null ? limit.take(name) : Duration.ZERO;
        if (!wait.isZero()) {
            listener.limited(name);
            return new Access.Limited(wait);
        }
        listener.granted(name);
        return new Access.Granted();
    }
}
