package io.draem.trainer.training;

import java.util.Locale;

/** How the learning rate decreases. */
public enum Decay {
    /** By a factor at each milestone, as in the paper's code. */
    MILESTONES,

    /** Along half a cosine to nearly 0 at the last step (arXiv 1608.03983). */
    COSINE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
