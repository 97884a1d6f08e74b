package io.draem.trainer.workflow;

/** Work that a signal ended in good order; the message says how to go on. */
public final class StoppedBySignalException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;

    StoppedBySignalException(String message, int status) {
        super(message);
        this.status = status;
    }

    /** Returns the exit status of the process. */
    public int status() {
        return status;
    }
}
