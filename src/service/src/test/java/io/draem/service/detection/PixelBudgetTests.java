package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.service.queue.RequestContext;
import io.draem.service.queue.TestContext;
import io.draem.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PixelBudgetTests {

    private final PixelBudget budget = new PixelBudget(100);

    @Test
    void anImageThatDoesNotFitWithAnotherWaitsForItsEnd() throws Exception {
        PixelBudget.Share first = share(60, new Waiting(20));
        Waiting second = new Waiting(20);
        CompletableFuture<PixelBudget.Share> waits = take(60, second);
        second.asked.acquire();
        assertThatExceptionOfType(DetectionException.Failed.class)
                .isThrownBy(() -> share(60, new Waiting(0)))
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.DEADLINE_EXCEEDED));
        assertThat(waits).isNotDone();
        first.close();
        waits.get().close();
        share(100, new Waiting(0)).close();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void smallImagesPassALargeOneThatWaitsWithoutDelayingIt() throws Exception {
        PixelBudget.Share first = share(80, new Waiting(20));
        CompletableFuture<PixelBudget.Share> large = waiting(80, "large");
        PixelBudget.Share small = share(6, new Waiting("small", 20));
        PixelBudget.Share other = share(6, new Waiting("small", 20));
        assertThat(large).isNotDone();
        first.close();
        // The large one is admitted although the small ones that passed it have not ended.
        large.get();
        assertThat(budget.taken()).isEqualTo(92);
        small.close();
        other.close();
        large.get().close();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void aLargeImageIsAdmittedWhileSmallOnesNeverCease() throws Exception {
        List<CompletableFuture<PixelBudget.Share>> flow = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            flow.add(CompletableFuture.completedFuture(share(4, new Waiting("small", 20))));
        }
        CompletableFuture<PixelBudget.Share> large = waiting(80, "large");
        for (int ended = 0; !large.isDone(); ended++) {
            assertThat(ended).isLessThan(100);
            assertThat(budget.taken()).isLessThanOrEqualTo(100);
            // Each small image that ends is followed by another.
            CompletableFuture<PixelBudget.Share> oldest =
                    flow.stream().filter(CompletableFuture::isDone).findFirst().orElseThrow();
            flow.remove(oldest);
            oldest.get().close();
            Waiting request = new Waiting("small", 20);
            CompletableFuture<PixelBudget.Share> next = take(4, request);
            Await.until(Duration.ofSeconds(20), () -> next.isDone() || request.asked.tryAcquire());
            flow.add(next);
        }
        large.get().close();
        for (CompletableFuture<PixelBudget.Share> small : flow) {
            small.get().close();
        }
        assertThat(budget.taken()).isZero();
    }

    @Test
    void aSmallImageFitsWithTheLargestAndWithManyOfOneSize() throws Exception {
        PixelBudget.Share largest = share(88, new Waiting(20));
        share(6, new Waiting(0)).close();
        largest.close();
        List<PixelBudget.Share> many = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            many.add(share(10, new Waiting(0)));
        }
        CompletableFuture<PixelBudget.Share> tenth = waiting(10, "many");
        share(5, new Waiting(0)).close();
        many.forEach(PixelBudget.Share::close);
        tenth.get().close();
        assertThat(budget.taken()).isZero();
    }

    @Test
    void clientsThatWaitGetEqualShares() throws Exception {
        PixelBudget.Share all = share(100, new Waiting(20));
        List<CompletableFuture<PixelBudget.Share>> flood = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            flood.add(waiting(60, "flood"));
        }
        CompletableFuture<PixelBudget.Share> other = waiting(60, "other");
        CompletableFuture<PixelBudget.Share> second = waiting(60, "other");
        all.close();
        flood.get(0).get().close();
        other.get().close();
        flood.get(1).get().close();
        second.get().close();
        flood.get(2).get().close();
        flood.get(3).get().close();
    }

    @Test
    void anImageThatIsCancelledWhileItWaitsLetsTheNextOnePass() throws Exception {
        PixelBudget.Share first = share(60, new Waiting(20));
        Waiting large = new Waiting(20);
        CompletableFuture<PixelBudget.Share> waits = take(60, large);
        large.asked.acquire();
        for (int i = 0; i < 20; i++) {
            share(4, new Waiting("small", 20)).close();
        }
        // Enough small ones have passed: this one waits behind it, though it would fit.
        CompletableFuture<PixelBudget.Share> behind = waiting(20, "small");
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
    void anImageWhoseWaitEndsWithAnErrorTakesNothing() throws Exception {
        PixelBudget.Share first = share(60, new Waiting(20));
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> share(60, new Waiting(20) {
                    @Override
                    protected boolean isGone() {
                        throw new OutOfMemoryError("asked");
                    }
                }));
        first.close();
        assertThat(budget.taken()).isZero();
        share(100, new Waiting(0)).close();
        share(100, new Waiting(0)).close();
    }

    @Test
    void rejectsMoreThanTheBudget() {
        assertThatExceptionOfType(DetectionException.Rejected.class)
                .isThrownBy(() -> share(101, new Waiting(20)))
                .withMessageContainingAll("memory of 101 pixels", "limit of 100")
                .withMessageEndingWith("(draem.memory.budget): send a smaller image")
                .satisfies(e -> assertThat(e.outcome()).isEqualTo(Outcome.IMAGE_TOO_LARGE));
    }

    private PixelBudget.Share share(int pixels, RequestContext request) throws DetectionException {
        return budget.take((pixels - 1L) * PixelBudget.BYTES, "send a smaller image", request);
    }

    /** Takes pixels that are not there yet, and returns when they are waited for. */
    private CompletableFuture<PixelBudget.Share> waiting(int pixels, String client) throws InterruptedException {
        Waiting request = new Waiting(client, 20);
        CompletableFuture<PixelBudget.Share> share = take(pixels, request);
        request.asked.acquire();
        return share;
    }

    private CompletableFuture<PixelBudget.Share> take(int pixels, RequestContext request) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return share(pixels, request);
                    } catch (DetectionException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> new Thread(task).start());
    }

    /** A request that shows when its client is checked: it waits for its pixels then. */
    private static class Waiting extends TestContext {

        private final long deadline;
        private final Semaphore asked = new Semaphore(0);
        private volatile boolean gone;

        Waiting(int seconds) {
            this("client", seconds);
        }

        Waiting(String client, int seconds) {
            super(client);
            this.deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        }

        @Override
        public long deadline() {
            return deadline;
        }

        @Override
        protected boolean isGone() {
            asked.release();
            return gone;
        }
    }
}
