package io.draem.trainer.checkpoint.imported;

import java.io.IOException;
import java.nio.file.Path;

/** A file that no network is taken out of; the message names the file, the problem, and the remedy where there is one. */
public final class ImportedFileException extends IOException {

    private static final long serialVersionUID = 1L;

    ImportedFileException(Path file, String problem) {
        super("Cannot import " + file + ": " + problem);
    }
}
