package io.draem.trainer.training;

/**
 * A learning rate that rises to its full value over the warm-up and then decreases, at milestones or along a cosine.
 *
 * @param options the optimizer's options
 */
record LearningRateSchedule(Recipe.Optimizer options) {

    private static final double LEAST_SHARE = 1e-3; // of the full rate; Adam takes no rate of 0

    /** Returns the rate of a step (counted from 0) out of {@code steps}. */
    double at(long step, long steps) {
        double rate = options.learningRate();
        double warmUp = options.warmUp() * steps;
        if (step < warmUp) {
            return rate * (step + 1) / (warmUp + 1);
        }
        return switch (options.decay()) {
            case COSINE -> {
                double done = (step - warmUp) / (steps - warmUp);
                yield rate * Math.max(LEAST_SHARE, (1 + Math.cos(Math.PI * done)) / 2);
            }
            case MILESTONES -> {
                for (double milestone : options.milestones()) {
                    if (step >= Math.round(milestone * steps)) {
                        rate *= options.gamma();
                    }
                }
                yield rate;
            }
        };
    }
}
