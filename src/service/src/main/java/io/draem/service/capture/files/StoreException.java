package io.draem.service.capture.files;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A store cannot be used as a whole: no other file of it would fare better now. */
public final class StoreException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean wrong;
    private final boolean busy;

    /** @param wrong whether it is the wrong store, or not there */
    public StoreException(String message, boolean wrong, @Nullable Throwable cause) {
        this(message, wrong, false, cause);
    }

    private StoreException(String message, boolean wrong, boolean busy, @Nullable Throwable cause) {
        super(message, cause);
        this.wrong = wrong;
        this.busy = busy;
    }

    /** Returns that too many files are read at a time. */
    static StoreException busy(String message) {
        return new StoreException(message, false, true, null);
    }

    /** Returns whether it is the wrong store, or not there: to try again is of no use until somebody corrects the settings. */
    public boolean wrong() {
        return wrong;
    }

    /** Returns whether the store works, and too many files of it are read now. */
    public boolean busy() {
        return busy;
    }
}
