package io.draem.trainer.training;

import java.io.IOException;
import java.nio.file.Path;

/** A checkpoint that cannot be used; the message names the file and the reason. */
public final class CheckpointException extends IOException {

    private static final long serialVersionUID = 1L;

    CheckpointException(Path file, String problem) {
        super(file + " is not a usable checkpoint: " + problem);
    }

    CheckpointException(String message) {
        super(message);
    }
}
