package io.draem.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTests {

    @Test
    void theRateDropsAtEachMilestoneOfTheWholeTraining() {
        LearningRateSchedule schedule = new LearningRateSchedule(1e-4, List.of(0.8, 0.9), 0.2);
        assertThat(schedule.at(0, 100)).isEqualTo(1e-4);
        assertThat(schedule.at(79, 100)).isEqualTo(1e-4);
        assertThat(schedule.at(80, 100)).isCloseTo(2e-5, within(1e-12));
        assertThat(schedule.at(90, 100)).isCloseTo(4e-6, within(1e-12));
    }
}
