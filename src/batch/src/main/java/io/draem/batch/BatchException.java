package io.draem.batch;

import org.jspecify.annotations.Nullable;

/** Something that a person can correct: the message names the problem and the remedy, and is all that is printed. */
public final class BatchException extends Exception {

    private static final long serialVersionUID = 1L;

    public BatchException(String message) {
        super(message);
    }

    public BatchException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
