package io.draem.service;

/** Why the service does not start: a property is set that nothing reads. */
final class UnknownPropertyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnknownPropertyException(String message) {
        super(message);
    }
}
