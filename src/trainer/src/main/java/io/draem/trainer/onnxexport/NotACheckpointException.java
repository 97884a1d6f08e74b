package io.draem.trainer.onnxexport;

import java.io.IOException;
import java.nio.file.Path;

/** A file that holds no network of this kind; the message says why. */
public final class NotACheckpointException extends IOException {

    private static final long serialVersionUID = 1L;

    NotACheckpointException(Path file, String problem) {
        super(file + " is no checkpoint of a DRÆM network: " + problem);
    }
}
