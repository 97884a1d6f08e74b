package io.draem.runtime.onnx;

import ai.onnxruntime.OrtException;
import io.draem.text.SafeText;

/** A run that failed or was terminated; the message is that of ONNX Runtime, with control characters escaped. */
public final class RunFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    RunFailedException(OrtException e) {
        super(SafeText.escaped(String.valueOf(e.getMessage()))); // it quotes names from the graph, and is logged
        setStackTrace(e.getStackTrace());
    }
}
