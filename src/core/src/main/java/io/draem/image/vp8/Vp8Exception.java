package io.draem.image.vp8;

import java.io.IOException;

/** A broken frame. */
public final class Vp8Exception extends IOException {

    private static final long serialVersionUID = 1L;

    private final String problem;

    Vp8Exception(String problem) {
        super(problem);
        this.problem = problem;
    }

    /** Returns what is wrong, as a clause that can end a sentence. */
    public String problem() {
        return problem;
    }
}
