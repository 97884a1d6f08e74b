package io.draem.service.security;

import io.draem.digest.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Judges requests by the key that they bring. Without a file of keys everybody may pass. */
public final class Gatekeeper {

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

    /** Returns the name of a key, null where it is not good; counts nothing. */
    public @Nullable String identify(@Nullable String key) {
        if (file == null) {
            return EVERYBODY;
        }
        // The characters of a header are its bytes.
        return key == null
                ? null
                : file.keys().nameOf(Sha256.algorithm().digest(key.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Judges one request that brought the key of a name; null where it brought none that is good. */
    public Access admit(@Nullable String name) {
        if (file == null) {
            return new Access.Granted();
        }
        if (name == null) {
            listener.denied();
            return new Access.Denied();
        }
        Duration wait = limit == null ? Duration.ZERO : limit.take(name);
        if (!wait.isZero()) {
            listener.limited(name);
            return new Access.Limited(wait);
        }
        listener.granted(name);
        return new Access.Granted();
    }
}
