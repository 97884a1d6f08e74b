package io.draem.trainer.training;

/** A loss or weights that are no longer finite. */
public final class DivergedException extends Exception {

    private static final long serialVersionUID = 1L;

    DivergedException(String what, long step, double learningRate) {
        super(what + " of step " + step + " is not a number at learning rate " + learningRate);
    }
}
