package io.draem.service.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.draem.runtime.onnx.Termination;
import io.draem.testing.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The function doubles its input; a gate holds it back where a test needs the worker to be busy. */
@Timeout(30)
class InferenceQueueTests {

    private final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());
    private final List<String> ended = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong clock = new AtomicLong();
    private final RequestContext patient = until(Long.MAX_VALUE / 2);
    private final Semaphore started = new Semaphore(0);
    private final Semaphore gate = new Semaphore(0);
    private InferenceQueue<Integer, Integer> queue;

    @AfterEach
    void drain() throws InterruptedException {
        gate.release(1_000_000);
        assertThat(queue.drain(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void answersWithTheOutputAndTheTimes() throws Exception {
        start((inputs, termination) -> {
            clock.addAndGet(7_000_000);
            return doubled(inputs);
        });
        PendingRequest.Result<Integer> answer = queue.submit(21, patient).await();
        assertThat(answer.output()).isEqualTo(42);
        assertThat(answer.ran()).isEqualTo(Duration.ofMillis(7));
        assertThat(answer.queued()).isZero();
    }

    @Test
    void aRequestThatComesBetweenTheGrantOfTheDeviceAndTheRunHasNotWaitedForLessThanNothing() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        List<PendingRequest<Integer, Integer>> second = Collections.synchronizedList(new ArrayList<>());
        Thread test = Thread.currentThread();
        queue = InferenceQueue.start(
                "test",
                List.of((inputs, termination) -> doubled(inputs)),
                new InferenceQueue.Options(10, 2, Duration.ZERO),
                QueueListener.NONE,
                () -> {
                    long now = clock.get();
                    // The worker looks when the batch is due, when it wants the device, and when it has it.
                    if (Thread.currentThread() != test && looks.incrementAndGet() == 3) {
                        clock.addAndGet(1_000_000);
                        second.addAll(submitted(2));
                    }
                    return now;
                });
        PendingRequest.Result<Integer> first = queue.submit(1, patient).await();
        assertThat(second.get(0).await().queued()).isZero();
        assertThat(first.queued()).isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void endsTheWorkersThatHaveStartedWhenAnotherOneDoesNot() throws Exception {
        start((inputs, termination) -> doubled(inputs)); // drained after the test
        BatchFunction<Integer, Integer> good = (inputs, termination) -> doubled(inputs);
        BatchFunction<Integer, Integer> bad = on(null, good);
        assertThatExceptionOfType(NullPointerException.class)
                .isThrownBy(() -> InferenceQueue.start(
                        "halfway",
                        List.of(good, bad),
                        new InferenceQueue.Options(1, 1, Duration.ZERO),
                        QueueListener.NONE,
                        clock::get));
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("inference-halfway-0")) {
                thread.join(20_000);
                assertThat(thread.isAlive()).isFalse();
            }
        }
    }

    @Test
    void whatARunNeedsIsAcquiredBeforeItAndReleasedAfterIt() throws Exception {
        Acquired function = new Acquired(() -> true);
        start(function);
        assertThat(queue.submit(1, patient).await().output()).isEqualTo(2);
        assertThat(queue.submit(2, patient).await().output()).isEqualTo(4);
        queue.drain(Duration.ofSeconds(10));
        Await.until(Duration.ofSeconds(10), () -> function.steps.size() == 6);
        assertThat(function.steps).containsExactly("acquired", "ran", "released", "acquired", "ran", "released");
    }

    @Test
    void allRequestsThatWaitFailIfWhatTheyNeedCannotBeAcquired() throws Exception {
        AtomicBoolean fails = new AtomicBoolean(true);
        start(4, 10, Duration.ZERO, new Acquired(() -> {
            started.release();
            gate.acquire();
            if (fails.get()) {
                throw new InferenceException.NotOpen(new IOException("The disk is gone"), Duration.ofSeconds(7));
            }
            return true;
        }));
        PendingRequest<Integer, Integer> first = queue.submit(1, patient);
        assertThat(started.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        List<PendingRequest<Integer, Integer>> all = new ArrayList<>(submit(2, 3, 4, 5, 6));
        all.add(first);
        gate.release();
        for (PendingRequest<Integer, Integer> pending : all) {
            assertThatExceptionOfType(InferenceException.NotOpen.class)
                    .isThrownBy(pending::await)
                    .satisfies(e -> assertThat(e.retryAfter()).hasSeconds(7))
                    .withRootCauseInstanceOf(IOException.class);
        }
        assertThat(ended).isEmpty();
        assertThat(queue.depth()).isZero();
        fails.set(false);
        gate.release();
        assertThat(queue.submit(1, patient).await().output()).isEqualTo(2);
    }

    @Test
    void nothingIsAcquiredForARequestThatWasCancelled() throws Exception {
        List<Boolean> wanted = Collections.synchronizedList(new ArrayList<>());
        start(new BatchFunction<>() {
            @Override
            public boolean acquire(BooleanSupplier stillWanted) throws InterruptedException {
                wanted.add(stillWanted.getAsBoolean());
                started.release();
                gate.acquire();
                wanted.add(stillWanted.getAsBoolean());
                return stillWanted.getAsBoolean();
            }

            @Override
            public List<Integer> run(List<Integer> inputs, Termination termination) {
                return doubled(inputs);
            }
        });
        PendingRequest<Integer, Integer> first = queue.submit(1, patient);
        assertThat(started.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        first.cancel();
        gate.release();
        Await.until(Duration.ofSeconds(10), () -> wanted.size() == 2);
        gate.release();
        assertThat(queue.submit(2, patient).await().output()).isEqualTo(4);
        assertThat(wanted).containsExactly(true, false, true, true);
    }

    /** Notes when it is acquired, runs and is released. */
    private final class Acquired implements BatchFunction<Integer, Integer> {

        private final List<String> steps = Collections.synchronizedList(new ArrayList<>());
        private final Callable<Boolean> acquire;

        Acquired(Callable<Boolean> acquire) {
            this.acquire = acquire;
        }

        @Override
        public boolean acquire(BooleanSupplier wanted) throws InferenceException, InterruptedException {
            try {
                boolean acquired = acquire.call();
                steps.add("acquired");
                return acquired;
            } catch (InferenceException | InterruptedException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void release() {
            steps.add("released");
        }

        @Override
        public List<Integer> run(List<Integer> inputs, Termination termination) {
            steps.add("ran");
            return doubled(inputs);
        }
    }

    private List<PendingRequest<Integer, Integer>> submitted(int input) {
        try {
            return submit(input);
        } catch (InferenceException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void takesWhatWaitsInOneBatchAndInOrder() throws Exception {
        start(4, 10, Duration.ZERO, gated());
        PendingRequest<Integer, Integer> first = submitAndWaitUntilItRuns(0);
        List<PendingRequest<Integer, Integer>> rest = submit(1, 2, 3, 4, 5);
        gate.release(3);
        assertThat(first.await().output()).isZero();
        for (int i = 0; i < rest.size(); i++) {
            assertThat(rest.get(i).await().output()).isEqualTo(2 * (i + 1));
        }
        assertThat(batches).containsExactly(List.of(0), List.of(1, 2, 3, 4), List.of(5));
    }

    @Test
    void refusesWhenFullAndSaysWhenToTryAgain() throws Exception {
        start(1, 2, Duration.ZERO, (inputs, termination) -> {
            clock.addAndGet(Duration.ofSeconds(3).toNanos());
            return gated().run(inputs, termination);
        });
        gate.release();
        queue.submit(0, patient).await();
        started.acquire();
        submitAndWaitUntilItRuns(1);
        submit(2, 3);
        assertThatExceptionOfType(InferenceException.Overloaded.class)
                .isThrownBy(() -> queue.submit(4, patient))
                .satisfies(e -> assertThat(e.retryAfter())
                        .as("three requests at three seconds each")
                        .isEqualTo(Duration.ofSeconds(9)));
        assertThatExceptionOfType(InferenceException.Overloaded.class).isThrownBy(queue::requireCapacity);
        assertThat(queue.depth()).isEqualTo(2);
    }

    @Test
    void aReservedSlotIsUsedOnceAndReleasedOnce() throws Exception {
        start(1, 1, Duration.ZERO, (inputs, termination) -> doubled(inputs));
        Slot<Integer, Integer> unused = queue.reserve();
        assertThatExceptionOfType(InferenceException.Overloaded.class).isThrownBy(() -> queue.submit(1, patient));
        unused.close();
        unused.close();
        assertThat(queue.depth()).isZero();
        try (Slot<Integer, Integer> slot = queue.reserve()) {
            assertThat(slot.submit(2, patient).await().output()).isEqualTo(4);
        }
        assertThat(queue.depth()).isZero();
    }

    @Test
    void aDrainWaitsForRequestsThatHoldASlot() throws Exception {
        start(1, 1, Duration.ZERO, (inputs, termination) -> doubled(inputs));
        Slot<Integer, Integer> slot = queue.reserve();
        queue.refuseNew();
        assertThatExceptionOfType(InferenceException.ShuttingDown.class).isThrownBy(queue::reserve);
        assertThat(slot.submit(2, patient).await().output()).isEqualTo(4);
        assertThat(queue.drain(Duration.ofSeconds(10))).isTrue();
        assertThatNoException()
                .as("of a request that is not read yet, and may get the queue of another version")
                .isThrownBy(queue::requireCapacity);
    }

    @Test
    void anOutputThatIsOfNoUseFailsItsOwnRequestAlone() throws Exception {
        BatchFunction<Integer, Integer> halves = new BatchFunction<>() {
            @Override
            public List<Integer> run(List<Integer> inputs, Termination termination) throws Exception {
                return gated().run(inputs, termination);
            }

            @Override
            public void check(Integer output) {
                if (output == 4) {
                    throw new IllegalStateException("four");
                }
            }
        };
        start(3, 10, Duration.ZERO, halves);
        submitAndWaitUntilItRuns(0);
        List<PendingRequest<Integer, Integer>> batch = submit(1, 2, 3);
        gate.release(2);
        assertThat(batch.get(0).await().output()).isEqualTo(2);
        assertThatExceptionOfType(InferenceException.Failed.class)
                .isThrownBy(batch.get(1)::await)
                .withStackTraceContaining("four");
        assertThat(batch.get(2).await().output()).isEqualTo(6);
    }

    @Test
    void aRunIsStoppedOnlyWhenNoRequestOfItsBatchWaits() throws Exception {
        AtomicInteger stopped = new AtomicInteger();
        start(2, 10, Duration.ZERO, (inputs, termination) -> {
            termination.onRequest(stopped::incrementAndGet);
            return gated().run(inputs, termination);
        });
        submitAndWaitUntilItRuns(0);
        List<PendingRequest<Integer, Integer>> batch = submit(1, 2);
        gate.release();
        started.acquire();
        batch.get(0).cancel();
        assertThat(stopped).hasValue(0);
        batch.get(1).cancel();
        batch.get(1).cancel();
        assertThat(stopped).hasValue(1);
    }

    @Test
    void aRunIsStoppedOnceAllOfItsRequestsAreLateThoughNoThreadWaitsForThem() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        BatchFunction<Integer, Integer> slow = (inputs, termination) -> {
            termination.onRequest(stopped::countDown);
            stopped.await();
            throw new IllegalStateException("stopped");
        };
        queue = InferenceQueue.start(
                "slow",
                List.of(slow),
                new InferenceQueue.Options(2, 1, Duration.ZERO),
                QueueListener.NONE,
                System::nanoTime);
        PendingRequest<Integer, Integer> late = queue.submit(1, within(Duration.ofMillis(20)));
        stopped.await();
        assertThatExceptionOfType(InferenceException.DeadlineExceeded.class).isThrownBy(late::await);
    }

    @Test
    void aModelIsAnsweredWhileARunOfAnotherOneOnTheSameDeviceDoesNotEnd() throws Exception {
        DeviceScheduler device = new DeviceScheduler(1, Duration.ofMillis(1));
        start(on(device, gated()));
        PendingRequest<Integer, Integer> endless = submitAndWaitUntilItRuns(1);
        InferenceQueue<Integer, Integer> other = InferenceQueue.start(
                "other",
                List.of(on(device, (inputs, termination) -> doubled(inputs))),
                new InferenceQueue.Options(2, 1, Duration.ZERO),
                QueueListener.NONE,
                System::nanoTime);
        assertThat(other.submit(21, patient).await().output()).isEqualTo(42);
        assertThat(endless.isDone()).isFalse();
        assertThat(other.drain(Duration.ofSeconds(10))).isTrue();
    }

    private static BatchFunction<Integer, Integer> on(
            DeviceScheduler device, BatchFunction<Integer, Integer> function) {
        return new BatchFunction<>() {
            @Override
            public List<Integer> run(List<Integer> inputs, Termination termination) throws Exception {
                return function.run(inputs, termination);
            }

            @Override
            public DeviceScheduler device() {
                return device;
            }
        };
    }

    @Test
    void aDisconnectedClientIsNotWaitedFor() throws Exception {
        start(gated());
        submitAndWaitUntilItRuns(0);
        PendingRequest<Integer, Integer> pending = queue.submit(1, gone());
        assertThatExceptionOfType(InferenceException.Cancelled.class).isThrownBy(pending::await);
        assertThat(queue.depth()).isZero();
    }

    @Test
    void retryAfterGoesByTheWarmUpBeforeAnythingWasMeasured() throws Exception {
        BatchFunction<Integer, Integer> slow = new BatchFunction<>() {
            @Override
            public List<Integer> run(List<Integer> inputs, Termination termination) throws Exception {
                return gated().run(inputs, termination);
            }

            @Override
            public Duration expected() {
                return Duration.ofSeconds(7);
            }
        };
        start(1, 1, Duration.ZERO, slow);
        submitAndWaitUntilItRuns(1);
        submit(2);
        assertThatExceptionOfType(InferenceException.Overloaded.class)
                .isThrownBy(() -> queue.submit(3, patient))
                .satisfies(e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(14)));
    }

    @Test
    void retryAfterIsAtLeastASecondBeforeAnythingWasMeasured() throws Exception {
        start(1, 1, Duration.ZERO, gated());
        submitAndWaitUntilItRuns(1);
        submit(2);
        assertThatExceptionOfType(InferenceException.Overloaded.class)
                .isThrownBy(() -> queue.submit(3, patient))
                .satisfies(e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(1)));
    }

    @Test
    void dropsALateRequestBeforeItRuns() throws Exception {
        start(gated());
        submitAndWaitUntilItRuns(1);
        PendingRequest<Integer, Integer> late = queue.submit(2, until(1_000));
        PendingRequest<Integer, Integer> next = queue.submit(3, patient);
        clock.set(1_000);
        gate.release(2);
        assertThat(next.await().output()).isEqualTo(6);
        assertThatExceptionOfType(InferenceException.DeadlineExceeded.class).isThrownBy(late::await);
        assertThat(batches).containsExactly(List.of(1), List.of(3));
    }

    @Test
    void aWaiterLeavesAtItsDeadlineAndFreesItsSlot() throws Exception {
        start(1, 1, Duration.ZERO, gated());
        PendingRequest<Integer, Integer> running = submitAndWaitUntilItRuns(1);
        PendingRequest<Integer, Integer> waiting = queue.submit(2, until(0));
        assertThatExceptionOfType(InferenceException.DeadlineExceeded.class).isThrownBy(waiting::await);
        assertThat(queue.depth()).isZero();
        PendingRequest<Integer, Integer> next = queue.submit(3, patient);
        gate.release(2);
        assertThat(running.await().output()).isEqualTo(2);
        assertThat(next.await().output()).isEqualTo(6);
        assertThat(batches).containsExactly(List.of(1), List.of(3));
    }

    @Test
    void aRunThatOutlivesTheDeadlineEndsTheRequestOnce() throws Exception {
        start(gated());
        PendingRequest<Integer, Integer> pending = queue.submit(1, until(1_000));
        started.acquire();
        clock.set(1_000);
        assertThatExceptionOfType(InferenceException.DeadlineExceeded.class).isThrownBy(pending::await);
        gate.release();
        queue.drain(Duration.ofSeconds(10));
        assertThatExceptionOfType(InferenceException.DeadlineExceeded.class).isThrownBy(pending::await);
    }

    @Test
    void doesNotRunACancelledRequest() throws Exception {
        start(gated());
        submitAndWaitUntilItRuns(1);
        PendingRequest<Integer, Integer> cancelled = queue.submit(2, patient);
        PendingRequest<Integer, Integer> next = queue.submit(3, patient);
        cancelled.cancel();
        cancelled.cancel();
        gate.release(2);
        next.await();
        assertThatExceptionOfType(InferenceException.Cancelled.class).isThrownBy(cancelled::await);
        assertThat(batches).containsExactly(List.of(1), List.of(3));
    }

    @Test
    void cancelAfterTheAnswerChangesNothing() throws Exception {
        start((inputs, termination) -> doubled(inputs));
        PendingRequest<Integer, Integer> pending = queue.submit(1, patient);
        pending.await();
        pending.cancel();
        assertThat(pending.await().output()).isEqualTo(2);
    }

    @Test
    void anInterruptedWaiterCancelsItsRequest() throws Exception {
        start(gated());
        submitAndWaitUntilItRuns(1);
        PendingRequest<Integer, Integer> pending = queue.submit(2, patient);
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(pending::await);
        assertThat(queue.depth()).isZero();
    }

    @Test
    void anErrorFailsItsBatchAndTheWorkerLivesOn() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        start(4, 10, Duration.ZERO, (inputs, termination) -> {
            if (runs.getAndIncrement() == 1) {
                throw new StackOverflowError("deep");
            }
            return gated().run(inputs, termination);
        });
        submitAndWaitUntilItRuns(0);
        List<PendingRequest<Integer, Integer>> failing = submit(1, 2);
        gate.release(2);
        for (PendingRequest<Integer, Integer> pending : failing) {
            assertThatExceptionOfType(InferenceException.Failed.class)
                    .isThrownBy(pending::await)
                    .withCauseInstanceOf(StackOverflowError.class);
        }
        assertThat(queue.submit(3, patient).await().output()).isEqualTo(6);
    }

    @Test
    void aFunctionThatLosesAnOutputFailsTheBatch() throws Exception {
        start((inputs, termination) -> List.of());
        PendingRequest<Integer, Integer> pending = queue.submit(1, patient);
        assertThatExceptionOfType(InferenceException.Failed.class).isThrownBy(pending::await);
    }

    @Test
    void reportsHowManyInputsEachRunFailedOn() throws Exception {
        start(4, 10, Duration.ZERO, new BatchFunction<>() {
            @Override
            public List<Integer> run(List<Integer> inputs, Termination termination) throws Exception {
                List<Integer> outputs = gated().run(inputs, termination);
                if (inputs.contains(7)) {
                    throw new IllegalStateException("seven");
                }
                return outputs;
            }

            @Override
            public void check(Integer output) {
                if (output < 0) {
                    throw new IllegalStateException("negative");
                }
            }
        });
        submitAndWaitUntilItRuns(0);
        submit(1, -2, 3, -4, 7, 8);
        gate.release(3);
        assertThat(queue.drain(Duration.ofSeconds(10))).isTrue();
        assertThat(ended).containsExactly("0 of 1", "2 of 4", "2 of 2");
    }

    @Test
    void reportsNoRunThatWasStoppedNorOneThatLackedMemory() throws Exception {
        start((inputs, termination) -> {
            gated().run(inputs, termination);
            if (inputs.contains(1)) {
                throw new IllegalStateException("stopped");
            }
            throw new OutOfMemoryError("test");
        });
        submitAndWaitUntilItRuns(1).cancel();
        queue.submit(2, patient);
        gate.release(2);
        assertThat(queue.drain(Duration.ofSeconds(10))).isTrue();
        assertThat(ended).isEmpty();
    }

    @Test
    void startsAFullBatchWithoutWaitingForTheDelay() throws Exception {
        start(3, 10, Duration.ofHours(1), (inputs, termination) -> doubled(inputs));
        List<PendingRequest<Integer, Integer>> pendingRequests = submit(1, 2, 3);
        for (PendingRequest<Integer, Integer> pending : pendingRequests) {
            pending.await();
        }
        assertThat(batches).isEmpty();
        assertThat(queue.depth()).isZero();
    }

    @Test
    void startsWhatItHasWhenTheDelayEnds() throws Exception {
        queue = InferenceQueue.start(
                "test",
                List.of((BatchFunction<Integer, Integer>) (inputs, termination) -> doubled(inputs)),
                new InferenceQueue.Options(10, 8, Duration.ofMillis(1)),
                QueueListener.NONE,
                System::nanoTime);
        assertThat(queue.submit(1, within(Duration.ofSeconds(20))).await().output())
                .isEqualTo(2);
    }

    @Test
    void drainingRefusesNewRequestsAndFinishesThoseThatWait() throws Exception {
        start(2, 10, Duration.ofHours(1), gated());
        List<PendingRequest<Integer, Integer>> accepted = submit(1, 2, 3, 4, 5);
        started.acquire();
        queue.refuseNew();
        assertThatExceptionOfType(InferenceException.ShuttingDown.class).isThrownBy(() -> queue.submit(6, patient));
        gate.release(10);
        assertThat(queue.drain(Duration.ofSeconds(10))).isTrue();
        for (int i = 0; i < accepted.size(); i++) {
            assertThat(accepted.get(i).await().output()).isEqualTo(2 * (i + 1));
        }
    }

    @Test
    void aDrainThatReachesItsLimitRefusesTheRestAndSaysThatAWorkerStillRuns() throws Exception {
        start(gated());
        PendingRequest<Integer, Integer> running = submitAndWaitUntilItRuns(1);
        PendingRequest<Integer, Integer> waiting = queue.submit(2, patient);
        assertThat(queue.drain(Duration.ofMillis(1))).isFalse();
        assertThatExceptionOfType(InferenceException.ShuttingDown.class).isThrownBy(waiting::await);
        gate.release();
        assertThat(running.await().output()).isEqualTo(2);
    }

    @Test
    void aWorkerThatIsInterruptedLivesOn() throws Exception {
        start((inputs, termination) -> {
            Thread.currentThread().interrupt();
            return doubled(inputs);
        });
        for (int i = 0; i < 3; i++) {
            assertThat(queue.submit(i, patient).await().output()).isEqualTo(2 * i);
        }
    }

    @Test
    void aListenerThatFailsOrInterruptsFailsNoRequest() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        queue = InferenceQueue.start(
                "test",
                List.of((BatchFunction<Integer, Integer>) (inputs, termination) -> {
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    return doubled(inputs);
                }),
                new InferenceQueue.Options(10, 1, Duration.ZERO),
                new QueueListener() {
                    @Override
                    public void batchStarted(int size) {
                        Thread.currentThread().interrupt();
                        if (heard.incrementAndGet() == 1) {
                            throw new IllegalStateException("A listener that fails");
                        }
                        throw new OutOfMemoryError("A listener without memory");
                    }
                },
                clock::get);
        for (int i = 0; i < 3; i++) {
            assertThat(queue.submit(i, patient).await().output()).isEqualTo(2 * i);
        }
        assertThat(heard).hasValue(3);
    }

    @Test
    void aWindowHoldsAtMostTwoBatchesOfSlots() throws Exception {
        start(2, 100, Duration.ZERO, gated());
        submitAndWaitUntilItRuns(0);
        QueueWindow<Integer, Integer> window = queue.window();
        List<PendingRequest<Integer, Integer>> pendingRequests = new ArrayList<>();
        pendingRequests.add(window.first().submit(1, patient));
        for (int i = 2; i <= 4; i++) {
            pendingRequests.add(window.next(patient).submit(i, patient));
        }
        assertThatExceptionOfType(InferenceException.DeadlineExceeded.class)
                .isThrownBy(() -> window.next(until(clock.get())));
        assertThatExceptionOfType(InferenceException.Cancelled.class).isThrownBy(() -> window.next(gone()));
        assertThat(queue.depth()).isEqualTo(4);
        gate.release(); // the first batch of the window runs and has left the queue
        pendingRequests.add(window.next(patient).submit(5, patient));
        gate.release(3);
        for (int i = 0; i < 5; i++) {
            assertThat(pendingRequests.get(i).await().output()).isEqualTo(2 * (i + 1));
        }
        assertThat(queue.depth()).isZero();
    }

    @Test
    void windowsTogetherLeaveHalfOfTheQueueToOtherRequests() throws Exception {
        start(8, 4, Duration.ZERO, gated());
        submitAndWaitUntilItRuns(0);
        QueueWindow<Integer, Integer> window = queue.window();
        window.first().submit(1, patient);
        window.next(patient).submit(2, patient);
        QueueWindow<Integer, Integer> other = queue.window();
        other.first().submit(3, patient);
        try (Slot<Integer, Integer> slot = other.next(patient)) {
            for (QueueWindow<Integer, Integer> each : List.of(window, other)) {
                assertThatExceptionOfType(InferenceException.DeadlineExceeded.class)
                        .isThrownBy(() -> each.next(until(clock.get())));
            }
        }
        PendingRequest<Integer, Integer> single = queue.submit(4, patient);
        gate.release(2);
        assertThat(single.await().output()).isEqualTo(8);
    }

    @Test
    void aSlotThatBecomesFreeGoesToTheWindowThatWaits() throws Exception {
        start(1, 2, Duration.ZERO, gated());
        submitAndWaitUntilItRuns(0);
        QueueWindow<Integer, Integer> window = queue.window();
        PendingRequest<Integer, Integer> first = window.first().submit(1, patient);
        PendingRequest<Integer, Integer> single = queue.submit(2, patient);
        ExecutorService waiter = Executors.newSingleThreadExecutor();
        Thread[] thread = new Thread[1];
        Future<Slot<Integer, Integer>> next = waiter.submit(() -> {
            thread[0] = Thread.currentThread();
            return window.next(patient);
        });
        Await.until(
                Duration.ofSeconds(20), () -> thread[0] != null && thread[0].getState() == Thread.State.TIMED_WAITING);
        single.cancel();
        assertThatExceptionOfType(InferenceException.Overloaded.class).isThrownBy(() -> queue.submit(3, patient));
        PendingRequest<Integer, Integer> second = next.get().submit(4, patient);
        gate.release(3);
        assertThat(first.await().output()).isEqualTo(2);
        assertThat(second.await().output()).isEqualTo(8);
        waiter.shutdown();
    }

    @Test
    void twoWindowsGetSlotsAlternatelyDuringAConstantLoadOfRequests() throws Exception {
        start(1, 4, Duration.ZERO, (inputs, termination) -> {
            batches.add(inputs);
            return doubled(inputs);
        });
        ExecutorService clients = Executors.newFixedThreadPool(3);
        AtomicInteger windows = new AtomicInteger(2);
        Future<Integer> singles = clients.submit(() -> {
            int answered = 0;
            while (windows.get() > 0) {
                try {
                    queue.submit(-1, patient).await();
                    answered++;
                } catch (InferenceException.Overloaded e) {
                    Thread.onSpinWait();
                }
            }
            return answered;
        });
        List<Future<Integer>> batch = new ArrayList<>();
        for (int client = 0; client < 2; client++) {
            batch.add(clients.submit(() -> {
                QueueWindow<Integer, Integer> window = queue.window();
                int sum = 0;
                for (int i = 0; i < 200; i++) {
                    sum += window.next(patient).submit(i, patient).await().output();
                }
                windows.decrementAndGet();
                return sum;
            }));
        }
        for (Future<Integer> one : batch) {
            assertThat(one.get()).isEqualTo(200 * 199);
        }
        assertThat(singles.get()).isPositive();
        clients.shutdown();
        assertThat(queue.depth()).isZero();
    }

    @Test
    void everyRequestOfACrowdEndsExactlyOnce() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        queue = InferenceQueue.start(
                "crowd",
                List.<BatchFunction<Integer, Integer>>of(
                        (inputs, termination) -> crowd(inputs, ran), (inputs, termination) -> crowd(inputs, ran)),
                new InferenceQueue.Options(16, 4, Duration.ofNanos(50_000)),
                QueueListener.NONE,
                System::nanoTime);
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(32);
        CountDownLatch go = new CountDownLatch(1);
        List<Future<?>> done = new ArrayList<>();
        for (int client = 0; client < 32; client++) {
            int seed = client;
            done.add(clients.submit(() -> {
                go.await();
                for (int i = 0; i < 500; i++) {
                    int input = seed * 1_000 + i;
                    long patience = i % 5 == 0 ? 20_000 : Duration.ofSeconds(20).toNanos();
                    try {
                        PendingRequest<Integer, Integer> pending =
                                queue.submit(input, within(Duration.ofNanos(patience)));
                        if (i % 7 == 0) {
                            pending.cancel();
                        }
                        assertThat(pending.await().output()).isEqualTo(2 * input);
                        answered.incrementAndGet();
                    } catch (InferenceException.Failed e) {
                        failed.incrementAndGet();
                    } catch (InferenceException e) {
                        refused.incrementAndGet();
                    }
                }
                return null;
            }));
        }
        go.countDown();
        for (Future<?> future : done) {
            future.get(25, TimeUnit.SECONDS);
        }
        clients.shutdown();
        assertThat(answered.get() + failed.get() + refused.get()).isEqualTo(32 * 500);
        assertThat(answered.get()).isPositive();
        assertThat(failed.get()).isPositive();
        assertThat(queue.depth()).isZero();
    }

    private static List<Integer> crowd(List<Integer> inputs, AtomicInteger ran) {
        if (ran.getAndIncrement() % 11 == 0) {
            throw new AssertionError("every eleventh run fails");
        }
        return doubled(inputs);
    }

    private static List<Integer> doubled(List<Integer> inputs) {
        return inputs.stream().map(input -> 2 * input).toList();
    }

    /** A function that signals its start and waits for the gate. */
    private BatchFunction<Integer, Integer> gated() {
        return (inputs, termination) -> {
            batches.add(inputs);
            started.release();
            gate.acquire();
            return doubled(inputs);
        };
    }

    private void start(BatchFunction<Integer, Integer> function) {
        start(1, 10, Duration.ZERO, function);
    }

    private void start(int maxBatch, int capacity, Duration delay, BatchFunction<Integer, Integer> function) {
        queue = InferenceQueue.start(
                "test", List.of(function), new InferenceQueue.Options(capacity, maxBatch, delay), ends(), clock::get);
    }

    private QueueListener ends() {
        return new QueueListener() {
            @Override
            public void batchEnded(int size, int failed) {
                ended.add(failed + " of " + size);
            }
        };
    }

    private PendingRequest<Integer, Integer> submitAndWaitUntilItRuns(int input) throws Exception {
        PendingRequest<Integer, Integer> pending = queue.submit(input, patient);
        started.acquire();
        return pending;
    }

    private List<PendingRequest<Integer, Integer>> submit(int... inputs) throws InferenceException {
        List<PendingRequest<Integer, Integer>> pendingRequests = new ArrayList<>();
        for (int input : inputs) {
            pendingRequests.add(queue.submit(input, patient));
        }
        return pendingRequests;
    }

    /** Returns a request with a deadline of the test's clock. */
    private RequestContext until(long deadline) {
        return new TestContext("client", clock::get, deadline);
    }

    private static RequestContext within(Duration patience) {
        return new TestContext("client", System::nanoTime, System.nanoTime() + patience.toNanos());
    }

    /** Returns a request whose client has gone. */
    private static RequestContext gone() {
        return new TestContext() {
            @Override
            protected boolean isGone() {
                return true;
            }
        };
    }
}
