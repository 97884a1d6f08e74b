package io.draem.trainer.training;

import java.util.Locale;

/** How {@link Adam} applies weight decay; without weight decay both rules are the same. */
public enum OptimizerRule {
    /** As in arXiv 1412.6980 and torch's Adam: the decay is part of the gradient. */
    ADAM,

    /** As in arXiv 1711.05101 and torch's AdamW: the decay is subtracted from the weights, separately from the gradient. */
    ADAMW;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
