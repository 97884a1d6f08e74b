package io.draem.trainer.training;

import java.nio.file.Path;

/** A training that was stopped on request; it can be resumed from its checkpoint. */
public final class StoppedException extends Exception {

    private static final long serialVersionUID = 1L;

    StoppedException(long step, Path checkpoint) {
        super("Stopped after step " + step + "; saved in " + checkpoint);
    }
}
