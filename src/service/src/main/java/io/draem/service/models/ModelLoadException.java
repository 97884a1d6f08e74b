package io.draem.service.models;

/** A version that cannot be served; the message is written for whoever put it there. */
final class ModelLoadException extends Exception {

    private static final long serialVersionUID = 1L;

    private final LoadFailure failure;

    ModelLoadException(LoadFailure failure, String message) {
        super(message);
        this.failure = failure;
    }

    LoadFailure failure() {
        return failure;
    }
}
