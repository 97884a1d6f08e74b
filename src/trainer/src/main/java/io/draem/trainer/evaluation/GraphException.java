package io.draem.trainer.evaluation;

import java.io.IOException;
import java.nio.file.Path;

/** A file that ONNX Runtime cannot load as a graph of this project; the message says why. */
public final class GraphException extends IOException {

    private static final long serialVersionUID = 1L;

    GraphException(Path file, Throwable cause) {
        super("Cannot load the graph " + file + ": " + cause.getMessage(), cause);
    }
}
