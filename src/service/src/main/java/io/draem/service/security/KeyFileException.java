package io.draem.service.security;

/** The file of keys cannot be used; the message says why, and nothing of what stands in it. */
final class KeyFileException extends Exception {

    private static final long serialVersionUID = 1L;

    KeyFileException(String message) {
        super(message);
    }
}
