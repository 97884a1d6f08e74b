package io.draem.service.detection;

/** Why the service cannot start: what its limits allow at a time does not fit the heap. */
public final class HeapTooSmallException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    HeapTooSmallException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }
}
