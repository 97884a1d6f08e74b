package io.draem.trainer.training;

import java.time.Duration;

/**
 * When a training is saved: after a number of steps or a time, whichever comes first.
 *
 * @param steps steps between checkpoints; 0 to disable
 * @param time between checkpoints; zero to disable
 */
public record CheckpointSchedule(long steps, Duration time) {

    public CheckpointSchedule {
        if (steps < 0) {
            throw new IllegalArgumentException("--checkpoint-steps must not be negative, not " + steps);
        }
        if (time.isNegative()) {
            throw new IllegalArgumentException("--checkpoint-minutes must not be negative, not " + time.toMinutes());
        }
    }

    boolean isDue(long stepsSince, Duration since) {
        return stepsSince > 0 && (steps > 0 && stepsSince >= steps || !time.isZero() && since.compareTo(time) >= 0);
    }
}
