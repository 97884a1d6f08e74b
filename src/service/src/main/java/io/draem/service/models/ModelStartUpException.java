package io.draem.service.models;

/** Why the service cannot start: no model can be served as it was configured. */
public final class ModelStartUpException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    ModelStartUpException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }
}
