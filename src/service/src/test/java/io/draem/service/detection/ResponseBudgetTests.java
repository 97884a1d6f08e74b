package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.service.queue.TestContext;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResponseBudgetTests {

    private final ResponseBudget budget = new ResponseBudget(100);
    private final SlowReader first = new SlowReader();
    private final SlowReader second = new SlowReader();

    @Test
    void refusesPicturesUntilThoseOfEarlierResponsesAreSent() throws Exception {
        budget.take(60, first);
        budget.take(40, first);
        assertThatExceptionOfType(DetectionException.Unavailable.class)
                .isThrownBy(() -> budget.take(1, second))
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.OVERLOADED));
        assertThat(second.whenCompleted).as("nothing was taken").isEmpty();
        first.read();
        assertThat(budget.taken()).isZero();
        budget.take(100, second);
    }

    @Test
    void admitsAVerdictWithoutPicturesAlways() throws Exception {
        budget.take(100, first);
        budget.take(0, second);
        assertThat(budget.taken()).isEqualTo(100);
    }

    @Test
    void rejectsWhatNeverFitsWithoutAskingToTryAgain() {
        assertThatExceptionOfType(DetectionException.Rejected.class)
                .isThrownBy(() -> budget.take(101, first))
                .withMessageContaining("draem.memory.budget");
        assertThat(budget.taken()).isZero();
    }

    @Test
    void aResponseThatFindsNoMemoryKeepsNothing() {
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> budget.take(60, new SlowReader() {
                    @Override
                    public void whenCompleted(Runnable action) {
                        throw new OutOfMemoryError("kept");
                    }
                }));
        assertThat(budget.taken()).isZero();
    }

    private static class SlowReader extends TestContext {

        private final List<Runnable> whenCompleted = new ArrayList<>();

        void read() {
            whenCompleted.forEach(Runnable::run);
        }

        @Override
        public void whenCompleted(Runnable action) {
            whenCompleted.add(action);
        }
    }
}
