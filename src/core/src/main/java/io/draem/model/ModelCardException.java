package io.draem.model;

/** A graph's metadata that does not follow the contract; the message names the key. */
public final class ModelCardException extends Exception {

    private static final long serialVersionUID = 1L;

    public ModelCardException(String message) {
        super(message);
    }
}
