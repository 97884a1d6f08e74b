package io.draem.service.security;

/** The file of keys cannot be used; the message gives the reason and quotes nothing of the content. */
final class KeyFileException extends Exception {

    private static final long serialVersionUID = 1L;

    KeyFileException(String message) {
        super(message);
    }
}
