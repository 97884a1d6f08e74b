package io.draem.service.detection;

/**
 * A body is read that the service did not receive. Unchecked, since Tomcat takes every {@link java.io.IOException} of a
 * body for a client that has closed the connection, and responds itself.
 */
public final class UnreceivedBodyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final DetectionException reason;

    public UnreceivedBodyException(DetectionException reason) {
        super(reason);
        this.reason = reason;
    }

    /** Returns why it was not received, for the response. */
    public DetectionException reason() {
        return reason;
    }
}
