package io.draem.service.startup;

import org.jspecify.annotations.Nullable;

/** Why the service cannot start as it is configured, and what to do; reported in place of a stack trace. */
public final class StartUpException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    public StartUpException(String message, String remedy) {
        this(message, remedy, null);
    }

    public StartUpException(String message, String remedy, @Nullable Throwable cause) {
        super(message, cause);
        this.remedy = remedy;
    }

    /** Returns what to do; empty if the message says it. */
    public String remedy() {
        return remedy;
    }
}
