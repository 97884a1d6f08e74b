package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.util.unit.DataSize;

@Timeout(30)
class PixelBudgetTests {

    private final PixelBudget budget = new PixelBudget(100);

    @Test
    void anImageThatDoesNotFitBesideAnotherWaitsForItToEnd() throws Exception {
        PixelBudget.Share first = budget.take(60, new Waiting(20));
        Waiting second = new Waiting(20);
        CompletableFuture<PixelBudget.Share> waits = take(60, second);
        second.asked.acquire();
        assertThatExceptionOfType(DetectionException.Failed.class)
                .isThrownBy(() -> budget.take(60, new Waiting(0)))
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.DEADLINE_EXCEEDED));
        assertThat(waits).isNotDone();
        first.close();
        waits.get().close();
        budget.take(100, new Waiting(0)).close();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void aSmallImageDoesNotSlipPastALargeOneUntilItsCallerHasGone() throws Exception {
        PixelBudget.Share first = budget.take(60, new Waiting(20));
        Waiting large = new Waiting(20);
        CompletableFuture<PixelBudget.Share> waits = take(60, large);
        large.asked.acquire();
        Waiting small = new Waiting(20);
        CompletableFuture<PixelBudget.Share> behind = take(10, small);
        small.asked.acquire();
        assertThat(behind).isNotDone();
        large.gone = true;
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(waits::get)
                .withRootCauseInstanceOf(DetectionException.Failed.class);
        behind.get().close();
        first.close();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void aBudgetThatTheLargestImageExceedsIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DetectionProperties.Image(
                        DataSize.ofMegabytes(1),
                        1_000L,
                        999,
                        DataSize.ofMegabytes(256),
                        DataSize.ofMegabytes(256),
                        null))
                .withMessageContaining("draem.image.max-pixels-in-flight");
    }

    private CompletableFuture<PixelBudget.Share> take(int pixels, Caller caller) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return budget.take(pixels, caller);
                    } catch (DetectionException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> new Thread(task).start());
    }

    /** A caller that tells when it is looked after: whoever takes pixels for it waits then. */
    private static final class Waiting implements Caller {

        private final long deadline;
        private final Semaphore asked = new Semaphore(0);
        private volatile boolean gone;

        Waiting(int seconds) {
            this.deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        }

        @Override
        public long deadline() {
            return deadline;
        }

        @Override
        public boolean isGone() {
            asked.release();
            return gone;
        }

        @Override
        public String client() {
            return "client";
        }

        @Override
        public void whenAnswered(Runnable action) {
            throw new AssertionError("Nothing is kept for the answer here");
        }
    }
}
