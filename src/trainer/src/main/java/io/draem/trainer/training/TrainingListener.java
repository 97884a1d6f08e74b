package io.draem.trainer.training;

import io.draem.trainer.loss.LossParts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Receives the progress of a training; calls must return quickly. */
public interface TrainingListener {

    /**
     * Called after each optimizer step.
     *
     * @param step steps done
     * @param learningRate of the step
     * @param took time of the step, with the wait for its batch
     */
    void stepped(long step, LossParts loss, double learningRate, Duration took);

    /** Called after each validation. */
    default void validated(ValidationFigures validation, boolean best) {}

    /** Called after a checkpoint is written. */
    default void saved(long step, Path checkpoint) {}

    /** Returns a listener that calls several, in their order. */
    static TrainingListener all(List<TrainingListener> listeners) {
        return new TrainingListener() {
            @Override
            public void stepped(long step, LossParts loss, double learningRate, Duration took) {
                listeners.forEach(listener -> listener.stepped(step, loss, learningRate, took));
            }

            @Override
            public void validated(ValidationFigures validation, boolean best) {
                listeners.forEach(listener -> listener.validated(validation, best));
            }

            @Override
            public void saved(long step, Path checkpoint) {
                listeners.forEach(listener -> listener.saved(step, checkpoint));
            }
        };
    }
}
