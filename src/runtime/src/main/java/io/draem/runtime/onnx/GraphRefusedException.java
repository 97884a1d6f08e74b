package io.draem.runtime.onnx;

import io.draem.text.SafeText;

/**
 * A graph that cannot be served; the message names what is wrong with it and holds no path. It may quote what the graph
 * says, so control characters in it are escaped and long ones are cut.
 */
public final class GraphRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST = 1_000;

    public GraphRefusedException(String message) {
        super(SafeText.escaped(message.length() > LONGEST ? message.substring(0, LONGEST) + "…" : message));
    }
}
