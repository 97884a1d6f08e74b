package io.draem.service.models;

import io.draem.text.SafeText;

/** A version that cannot be served; the message is written for whoever put it there, control characters escaped. */
final class ModelLoadException extends Exception {

    private static final long serialVersionUID = 1L;

    private final LoadFailure failure;

    ModelLoadException(LoadFailure failure, String message) {
        super(SafeText.escaped(message));
        this.failure = failure;
    }

    LoadFailure failure() {
        return failure;
    }
}
