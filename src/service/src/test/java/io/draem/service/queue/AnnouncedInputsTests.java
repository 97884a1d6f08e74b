package io.draem.service.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.runtime.onnx.Termination;
import io.draem.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that announce further inputs; the function holds each run until the test lets it go. */
@Timeout(30)
class AnnouncedInputsTests {

    private static final long SECOND = 1_000_000_000;

    private final AtomicLong clock = new AtomicLong();
    private final AtomicLong runTime = new AtomicLong();
    private final Semaphore started = new Semaphore(0);
    private final Semaphore gate = new Semaphore(0);
    private final RequestContext patient = until(Long.MAX_VALUE / 2);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private InferenceQueue<Integer, Integer> queue;

    @AfterEach
    void drain() throws InterruptedException {
        gate.release(1_000_000);
        assertThat(queue.drain(Duration.ofSeconds(10))).isTrue();
        threads.shutdown();
    }

    @Test
    void announcedInputsGetTheirSlotsWhileTheQueueDrains() throws Exception {
        start(4, Duration.ZERO);
        gate.release(3);
        try (QueueWindow<Integer, Integer> window = queue.window()) {
            Slot<Integer, Integer> first = window.first();
            queue.refuseNew();
            window.announce(2, patient);
            assertThat(first.submit(1, patient).await().output()).isEqualTo(1);
            assertRun(window, 2, 3);
            assertThatExceptionOfType(InferenceException.ShuttingDown.class).isThrownBy(() -> window.next(patient));
        }
    }

    @Test
    void aDrainWaitsForAnnouncedInputs() throws Exception {
        start(4, Duration.ZERO);
        gate.release(2);
        try (QueueWindow<Integer, Integer> window = queue.window()) {
            Slot<Integer, Integer> first = window.first();
            window.announce(1, patient);
            Future<Boolean> drained = threads.submit(() -> queue.drain(Duration.ofSeconds(20)));
            assertThat(first.submit(1, patient).await().output()).isEqualTo(1);
            assertThat(drained.isDone()).isFalse();
            assertThat(window.next(patient).submit(2, patient).await().output()).isEqualTo(2);
            assertThat(drained.get()).isTrue();
        }
    }

    @Test
    void aDrainDoesNotWaitForWhatAClosedWindowHadAnnounced() throws Exception {
        start(4, Duration.ZERO);
        gate.release();
        QueueWindow<Integer, Integer> window = queue.window();
        Slot<Integer, Integer> first = window.first();
        window.announce(100, patient);
        Future<Boolean> drained = threads.submit(() -> queue.drain(Duration.ofSeconds(20)));
        assertThat(first.submit(1, patient).await().output()).isEqualTo(1);
        window.close();
        assertThat(drained.get()).isTrue();
    }

    @Test
    void aDrainThatReachesItsLimitEndsTheWaitForASlot() throws Exception {
        start(2, Duration.ZERO);
        QueueWindow<Integer, Integer> window = queue.window();
        Slot<Integer, Integer> first = window.first();
        window.announce(100, patient);
        PendingRequest<Integer, Integer> running = first.submit(1, patient);
        started.acquire();
        PendingRequest<Integer, Integer> waiting = window.next(patient).submit(2, patient);
        Thread[] waiter = new Thread[1];
        Future<Slot<Integer, Integer>> next = threads.submit(() -> {
            waiter[0] = Thread.currentThread();
            return window.next(patient);
        });
        Await.until(
                Duration.ofSeconds(20), () -> waiter[0] != null && waiter[0].getState() == Thread.State.TIMED_WAITING);
        assertThat(queue.drain(Duration.ZERO)).as("the run does not end").isFalse();
        assertThat(next)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .withCauseInstanceOf(InferenceException.ShuttingDown.class);
        assertThatExceptionOfType(InferenceException.ShuttingDown.class).isThrownBy(waiting::await);
        running.cancel();
        window.close();
    }

    @Test
    void refusesInputsForWhichThereIsNotEnoughTimeBesideOthers() throws Exception {
        start(4, Duration.ofSeconds(1));
        queue.submit(0, patient);
        started.acquire();
        RequestContext tenSeconds = until(10 * SECOND);
        try (QueueWindow<Integer, Integer> window = queue.window();
                Slot<Integer, Integer> first = window.first()) {
            assertThatExceptionOfType(InferenceException.Overloaded.class)
                    .as("one runs, one has a slot, nine are announced: eleven seconds")
                    .isThrownBy(() -> window.announce(9, tenSeconds))
                    .satisfies(e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(2)));
            window.announce(8, tenSeconds);
            assertThat(queue.timeToDrain()).isEqualTo(Duration.ofSeconds(10));
        }
        assertThat(queue.timeToDrain()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void doesNotRefuseInputsWhileNoOtherRequestIsThere() throws Exception {
        start(4, Duration.ofSeconds(1));
        try (QueueWindow<Integer, Integer> window = queue.window();
                Slot<Integer, Integer> first = window.first()) {
            window.announce(1_000, until(SECOND));
            assertThat(queue.timeToDrain()).isEqualTo(Duration.ofSeconds(1_001));
        }
    }

    @Test
    void aRequestOfFewInputsDoesNotWaitForAllOfAnotherOnes() throws Exception {
        start(4, Duration.ofSeconds(1));
        RequestContext sixSeconds = until(6 * SECOND);
        try (QueueWindow<Integer, Integer> large = queue.window();
                Slot<Integer, Integer> first = large.first();
                QueueWindow<Integer, Integer> small = queue.window();
                Slot<Integer, Integer> other = small.first()) {
            large.announce(1_000, patient);
            assertThatExceptionOfType(InferenceException.Overloaded.class)
                    .isThrownBy(() -> small.announce(3, sixSeconds));
            small.announce(2, sixSeconds);
        }
    }

    @Test
    void requestsThatHoldTheirSlotsLeaveOneToARequestWithAnnouncedInputs() throws Exception {
        start(2, Duration.ZERO);
        try (QueueWindow<Integer, Integer> window = queue.window()) {
            Slot<Integer, Integer> first = window.first();
            window.announce(3, patient);
            first.submit(1, patient);
            started.acquire();
            try (Slot<Integer, Integer> waitsForMemory = queue.reserve()) {
                assertThatExceptionOfType(InferenceException.Overloaded.class).isThrownBy(queue::reserve);
                gate.release(4);
                assertRun(window, 2, 4);
            }
        }
    }

    @Test
    void furtherSlotsOfOtherWindowsLeaveOneToARequestWithAnnouncedInputs() throws Exception {
        start(4, Duration.ZERO);
        QueueWindow<Integer, Integer> batch = queue.window();
        try (QueueWindow<Integer, Integer> window = queue.window();
                Slot<Integer, Integer> image = batch.first();
                Slot<Integer, Integer> second = batch.next(patient)) {
            QueueWindow<Integer, Integer> other = queue.window();
            try (Slot<Integer, Integer> third = other.first()) {
                window.announce(2, patient);
                assertThatExceptionOfType(InferenceException.Overloaded.class).isThrownBy(queue::reserve);
                image.submit(1, patient);
                started.acquire();
                gate.release(3);
                assertRun(window, 2, 3);
            }
        }
    }

    @Test
    void theShortestTimeIsThatOfTheFastestRunOrOfTheWarmUp() throws Exception {
        start(4, Duration.ofSeconds(2));
        gate.release(2);
        assertThat(queue.shortestTime(10)).as("half of the warm-up").isEqualTo(Duration.ofSeconds(10));
        runTime.set(3 * SECOND);
        queue.submit(1, patient).await();
        Await.until(Duration.ofSeconds(20), () -> queue.shortestTime(10).equals(Duration.ofSeconds(20)));
        runTime.set(SECOND);
        queue.submit(1, patient).await();
        Await.until(Duration.ofSeconds(20), () -> queue.shortestTime(10).equals(Duration.ofSeconds(10)));
    }

    private void assertRun(QueueWindow<Integer, Integer> window, int first, int last) throws Exception {
        for (int input = first; input <= last; input++) {
            assertThat(window.next(patient).submit(input, patient).await().output())
                    .isEqualTo(input);
        }
    }

    private void start(int capacity, Duration expected) {
        BatchFunction<Integer, Integer> function = new BatchFunction<>() {
            @Override
            public List<Integer> run(List<Integer> inputs, Termination termination) throws Exception {
                started.release();
                gate.acquire();
                clock.addAndGet(runTime.get());
                return inputs;
            }

            @Override
            public Duration expected() {
                return expected;
            }
        };
        queue = InferenceQueue.start(
                "announced",
                List.of(function),
                new InferenceQueue.Options(capacity, 1, Duration.ZERO),
                QueueListener.NONE,
                clock::get);
    }

    /** Returns a request with a deadline of the test's clock. */
    private RequestContext until(long deadline) {
        return new TestContext("client", clock::get, deadline);
    }
}
