package io.draem.service.models;

import io.draem.runtime.onnx.ProviderUnavailableException;
import io.draem.text.EscapedFailure;
import io.draem.text.SafeText;
import java.util.Objects;

/** A version that cannot be served; the message is for the operator, with control characters escaped. */
final class ModelLoadException extends Exception {

    private static final long serialVersionUID = 1L;

    private final FailedVersion.Failure failure;
    private final String remedy;

    ModelLoadException(FailedVersion.Failure failure, String message) {
        this(failure, message, "");
    }

    private ModelLoadException(FailedVersion.Failure failure, String message, String remedy) {
        super(SafeText.escaped(message));
        this.failure = failure;
        this.remedy = remedy;
    }

    /** Returns the exception for a provider that does not work. */
    static ModelLoadException unavailable(ProviderUnavailableException cause) {
        return new ModelLoadException(
                FailedVersion.Failure.PROVIDER_UNAVAILABLE,
                Objects.requireNonNull(cause.getMessage()),
                cause.isLibraryMissing() ? "" : "Fix the cause, or set draem.inference.provider to auto or cpu");
    }

    /** Returns the exception for an error in the service or one of its libraries, which is logged with its stack trace. */
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

    /** Returns what to do at the start; empty if the message is sufficient. */
    String remedy() {
        return remedy;
    }
}
