package io.draem.runtime.onnx;

/** A provider that does not work here; the message names the cause and the remedy. */
public final class ProviderUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    ProviderUnavailableException(String message) {
        super(message);
    }
}
