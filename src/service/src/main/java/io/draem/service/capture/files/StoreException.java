package io.draem.service.capture.files;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A store cannot be used as a whole: no other file of it would fare better now. */
public final class StoreException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean refused;

    public StoreException(String message, boolean refused, @Nullable Throwable cause) {
        super(message, cause);
        this.refused = refused;
    }

    /** Returns whether the store was reached and refuses, so that trying again is of no use until somebody corrects that. */
    public boolean refused() {
        return refused;
    }
}
