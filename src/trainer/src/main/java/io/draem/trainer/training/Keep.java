package io.draem.trainer.training;

import java.util.Locale;

/** Which weights of a training become the model. */
public enum Keep {
    /** Those that scored best in the validations during the training. */
    BEST,

    /** Those of the last step. */
    LAST;

    /** Returns the name as it is written on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
