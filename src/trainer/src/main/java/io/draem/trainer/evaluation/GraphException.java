package io.draem.trainer.evaluation;

import java.io.IOException;
import java.nio.file.Path;

/** A graph that ONNX Runtime cannot load, or a model that gives no usable answer; the message says why. */
public final class GraphException extends IOException {

    private static final long serialVersionUID = 1L;

    /** A model that gives no usable answer. */
    GraphException(String message) {
        super(message);
    }

    GraphException(Path file, Throwable cause) {
        super("Cannot load the graph " + file + ": " + cause.getMessage(), cause);
    }
}
