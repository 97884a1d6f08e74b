package io.draem.runtime.onnx;

import io.draem.text.SafeText;

/**
 * A graph that cannot be run; the message names the problem and holds no path. It may quote text from the graph, so control
 * characters are escaped and long messages are cut.
 */
public final class GraphRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST = 1_000;

    private final boolean temporary;

    public GraphRefusedException(String message) {
        this(message, false);
    }

    GraphRefusedException(String message, boolean temporary) {
        super(SafeText.escaped(message.length() > LONGEST ? message.substring(0, LONGEST) + "…" : message));
        this.temporary = temporary;
    }

    /** Returns the exception for a cause that says nothing about the graph that was read. */
    static GraphRefusedException temporary(String message) {
        return new GraphRefusedException(message, true);
    }

    /**
     * Returns whether the cause says nothing about the graph that was read: its files have been replaced or removed since, or
     * memory was short.
     */
    public boolean isTemporary() {
        return temporary;
    }
}
