package io.draem.service.detection;

/**
 * A body was read that the service did not receive. Unchecked, as Tomcat takes every {@link java.io.IOException} of a
 * body for a client that went away, and answers it itself.
 */
public final class UnreceivedBodyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final DetectionException reason;

    public UnreceivedBodyException(DetectionException reason) {
        super(reason);
        this.reason = reason;
    }

    /** Returns what the client is answered. */
    public DetectionException reason() {
        return reason;
    }
}
