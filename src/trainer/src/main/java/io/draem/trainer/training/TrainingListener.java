package io.draem.trainer.training;

import io.draem.trainer.loss.LossParts;
import java.nio.file.Path;

/** Receives the progress of a training; calls must return quickly. */
public interface TrainingListener {

    /**
     * Called after each optimizer step.
     *
     * @param step steps done
     */
    void stepped(long step, LossParts loss);

    /** Called after each validation. */
    default void validated(ValidationFigures validation, boolean best) {}

    /** Called after a checkpoint is written. */
    default void saved(long step, Path checkpoint) {}
}
