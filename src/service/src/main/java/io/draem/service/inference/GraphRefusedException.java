package io.draem.service.inference;

/** A graph that cannot be served; the message names what is wrong with it and holds no path. */
public final class GraphRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    public GraphRefusedException(String message) {
        super(message);
    }
}
