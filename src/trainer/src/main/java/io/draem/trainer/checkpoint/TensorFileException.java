package io.draem.trainer.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/** A tensor file that is truncated, broken or not of its format. */
public final class TensorFileException extends IOException {

    private static final long serialVersionUID = 1L;

    TensorFileException(Path file, String problem) {
        super(file.getFileName() + " is not a usable safetensors file: " + problem);
    }
}
