package io.draem.trainer.training;

import java.util.Locale;

/** Which weights of a training are exported. */
public enum Keep {
    /** The weights of the best validation during the training. */
    BEST,

    /** The weights of the last step. */
    LAST;

    /** Returns the name on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
