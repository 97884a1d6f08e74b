package io.draem.service.models;

import io.draem.text.EscapedFailure;
import io.draem.text.SafeText;

/** A version that cannot be served; the message is written for whoever put it there, control characters escaped. */
final class ModelLoadException extends Exception {

    private static final long serialVersionUID = 1L;

    private final FailedVersion.Failure failure;

    ModelLoadException(FailedVersion.Failure failure, String message) {
        super(SafeText.escaped(message));
        this.failure = failure;
    }

    /** An error in the service or one of its libraries, which is logged with its stack trace. */
    static ModelLoadException unexpected(Throwable cause) {
        ModelLoadException exception = new ModelLoadException(
                FailedVersion.Failure.UNEXPECTED,
                "loading it failed unexpectedly (" + cause
                        + "): see the log, and report the error if the file is valid");
        exception.initCause(EscapedFailure.of(cause));
        return exception;
    }

    FailedVersion.Failure failure() {
        return failure;
    }
}
