package io.draem.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTests {

    @Test
    void theRateDropsAtEachMilestoneOfTheWholeTraining() {
        LearningRateSchedule schedule = schedule(Decay.MILESTONES, 0);
        assertThat(schedule.at(0, 100)).isEqualTo(1e-4);
        assertThat(schedule.at(79, 100)).isEqualTo(1e-4);
        assertThat(schedule.at(80, 100)).isCloseTo(2e-5, within(1e-12));
        assertThat(schedule.at(90, 100)).isCloseTo(4e-6, within(1e-12));
    }

    @Test
    void theRateFallsAlongACosineAndNeverToNothing() {
        LearningRateSchedule schedule = schedule(Decay.COSINE, 0);
        assertThat(schedule.at(0, 100)).isEqualTo(1e-4);
        assertThat(schedule.at(50, 100)).isCloseTo(5e-5, within(1e-12));
        assertThat(schedule.at(75, 100)).isCloseTo(5e-5 * (1 - Math.sqrt(0.5)), within(1e-12));
        assertThat(schedule.at(99, 100)).isBetween(1e-8, 1e-6);
        assertThat(schedule.at(999_999, 1_000_000)).isPositive();
    }

    @Test
    void theRateRisesDuringTheWarmUp() {
        LearningRateSchedule schedule = schedule(Decay.COSINE, 0.1);
        assertThat(schedule.at(0, 100)).isCloseTo(1e-4 / 11, within(1e-12));
        assertThat(schedule.at(9, 100)).isCloseTo(1e-3 / 11, within(1e-12));
        assertThat(schedule.at(10, 100)).isEqualTo(1e-4);
        assertThat(schedule.at(55, 100)).isCloseTo(5e-5, within(1e-12));
    }

    private static LearningRateSchedule schedule(Decay decay, double warmUp) {
        return new LearningRateSchedule(
                new Recipe.Optimizer(1e-4, decay, List.of(0.8, 0.9), 0.2, warmUp, Adam.Options.DEFAULTS, 0));
    }
}
