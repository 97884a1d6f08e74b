package io.draem.trainer.training;

/** A loss that is no longer a number. */
public final class DivergedException extends Exception {

    private static final long serialVersionUID = 1L;

    DivergedException(long step, double learningRate) {
        super("The loss of step " + step + " is not a number at learning rate " + learningRate
                + ": the weights are lost. Train again with a smaller --learning-rate or with --precision float32.");
    }
}
