package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.util.unit.DataSize;

@Timeout(30)
class PixelBudgetTests {

    private final PixelBudget budget = new PixelBudget(100);

    @Test
    void anImageThatDoesNotFitBesideAnotherWaitsForItToEnd() throws Exception {
        PixelBudget.Share first = budget.take(60, in(10));
        CompletableFuture<PixelBudget.Share> second = CompletableFuture.supplyAsync(() -> {
            try {
                return budget.take(60, in(20));
            } catch (InterruptedException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> budget.take(60, in(0)));
        assertThat(second).isNotDone();
        first.close();
        second.get().close();
        budget.take(100, in(0)).close();
    }

    @Test
    void aBudgetThatTheLargestImageExceedsIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DetectionProperties.Image(
                        DataSize.ofMegabytes(1),
                        1_000,
                        999,
                        DataSize.ofMegabytes(256),
                        DataSize.ofMegabytes(256),
                        null))
                .withMessageContaining("draem.image.max-pixels-in-flight");
    }

    private static long in(int seconds) {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }
}
