package io.draem.trainer.checkpoint.imported;

import java.io.IOException;
import java.nio.file.Path;

/** A file from which no network can be imported; the message names the file, the problem and, if there is one, the remedy. */
public final class ImportedFileException extends IOException {

    private static final long serialVersionUID = 1L;

    ImportedFileException(Path file, String problem) {
        super("Cannot import " + file + ": " + problem);
    }
}
