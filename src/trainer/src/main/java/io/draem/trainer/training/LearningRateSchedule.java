package io.draem.trainer.training;

import java.util.List;

/**
 * A learning rate that is multiplied by {@code gamma} at each milestone.
 *
 * @param initial rate of the first step
 * @param milestones shares of the whole training, 0 to 1
 * @param gamma factor at each milestone
 */
record LearningRateSchedule(double initial, List<Double> milestones, double gamma) {

    /** Returns the rate of a step (counted from 0) out of {@code steps}. */
    double at(long step, long steps) {
        double rate = initial;
        for (double milestone : milestones) {
            if (step >= Math.round(milestone * steps)) {
                rate *= gamma;
            }
        }
        return rate;
    }
}
