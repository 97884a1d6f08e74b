package io.draem.runtime.onnx;

import io.draem.text.SafeText;

/**
 * A graph that cannot be run; the message names the problem and holds no path. It may quote text from the graph, so control
 * characters are escaped and long messages are cut.
 */
public final class GraphRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST = 1_000;

    public GraphRefusedException(String message) {
        super(SafeText.escaped(message.length() > LONGEST ? message.substring(0, LONGEST) + "…" : message));
    }
}
