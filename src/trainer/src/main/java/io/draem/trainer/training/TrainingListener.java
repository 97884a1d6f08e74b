package io.draem.trainer.training;

import io.draem.trainer.loss.LossParts;
import java.nio.file.Path;

/** Hears how a training goes; must be quick. */
public interface TrainingListener {

    /**
     * Called after each optimizer step.
     *
     * @param step steps done
     */
    void stepped(long step, LossParts loss);

    /** Called after each validation. */
    default void validated(ValidationFigures validation, boolean best) {}

    /** Called when a checkpoint is in its place. */
    default void saved(long step, Path checkpoint) {}
}
