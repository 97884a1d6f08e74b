package io.draem.runtime.onnx;

/** A provider that does not work here; the message names the cause and the remedy. */
public final class ProviderUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean libraryMissing;

    /**
     * @param libraryMissing whether the native library of ONNX Runtime itself is missing
     */
    public ProviderUnavailableException(String message, boolean libraryMissing) {
        super(message);
        this.libraryMissing = libraryMissing;
    }

    /** Returns whether no other provider works either, since the native library of ONNX Runtime is missing. */
    public boolean isLibraryMissing() {
        return libraryMissing;
    }
}
