package io.draem.trainer.training;

import org.jspecify.annotations.Nullable;

/**
 * How validation during a training selects the weights. The paper trains for a fixed time and uses the last ones.
 *
 * @param validateSteps steps between validations; 0 for none; null for a tenth of the training
 * @param patience validations without improvement after which the training stops; 0 for never
 * @param keep which weights are exported
 */
public record Selection(@Nullable Long validateSteps, int patience, Keep keep) {

    private static final int DEFAULT_VALIDATIONS = 10;

    /** Ten validations, the best weights, no early stop. */
    public static final Selection DEFAULT = new Selection(null, 0, Keep.BEST);

    public Selection {
        if (validateSteps != null && validateSteps < 0) {
            throw new IllegalArgumentException("--validate-steps must not be negative, not " + validateSteps);
        }
        if (patience < 0) {
            throw new IllegalArgumentException("--patience must not be negative, not " + patience);
        }
        if (patience > 0 && validateSteps != null && validateSteps == 0) {
            throw new IllegalArgumentException("--patience needs validations: leave out --validate-steps 0");
        }
    }

    /**
     * Refuses a first validation that would come after the end of the training.
     *
     * @param steps of the training
     * @param length what sets them, for people: "--steps 120"
     */
    public void requireWithin(long steps, String length) {
        if (validateSteps != null && validateSteps > steps) {
            throw new IllegalArgumentException(
                    "--validate-steps " + validateSteps + " is more than " + length + ": give --validate-steps "
                            + Math.max(1, steps / DEFAULT_VALIDATIONS) + ", or 0 for no validation");
        }
    }

    /** Returns whether a training is validated at all. */
    public boolean validates() {
        return validateSteps == null || validateSteps > 0;
    }

    /** Returns whether a training is validated after a step: at regular intervals, and after the last. */
    boolean isDue(long step, long steps) {
        long every = validateSteps == null ? Math.max(1, steps / DEFAULT_VALIDATIONS) : validateSteps;
        return every > 0 && step > 0 && (step % every == 0 || step == steps);
    }
}
