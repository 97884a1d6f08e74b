package io.draem.service.security;

import java.nio.file.Path;

/** The service cannot start: keys are required and none can be read. */
final class KeyStartUpException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    KeyStartUpException(Path file, KeyFileException cause) {
        super("The API keys in " + file + " cannot be used: " + cause.getMessage(), cause);
    }
}
