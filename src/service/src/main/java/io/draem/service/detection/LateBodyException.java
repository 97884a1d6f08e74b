package io.draem.service.detection;

/**
 * The deadline passed before the whole body had come. Unchecked, as Tomcat takes every {@link java.io.IOException} of a
 * body for a caller that went away, and answers it itself.
 */
public final class LateBodyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LateBodyException() {
        super("The body had not come before the deadline");
    }
}
