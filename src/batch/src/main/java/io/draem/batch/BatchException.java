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

    /** Returns the first line of the message of the last cause: what Spark wraps around it names only its own parts. */
    public static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage() == null ? cause : cause.getMessage());
        return message.lines().findFirst().orElse(message);
    }
}
