package io.draem.service.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.test.util.ReflectionTestUtils;

@Timeout(30)
class FairExecutorTests {

    private static final RequestContext PATIENT = new TestContext();
    private static final int SMALL = FairExecutor.SMALL;
    /** One at a time where there is one thread, in addition to that for small images. */
    private static final int MEDIUM = SMALL + 1;

    private static final int LARGE = FairExecutor.LARGE + 1;

    private final FairExecutor threads = new FairExecutor(1);
    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final List<String> order = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch busy = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void end() {
        gate.countDown();
        threads.close();
        clients.shutdownNow();
    }

    @Test
    void modelsAreServedRoundRobinHoweverMuchWorkOneOfThemHas() throws Exception {
        List<Future<?>> all = new ArrayList<>();
        all.add(occupy());
        for (String work : List.of("flooded 1", "flooded 2", "flooded 3", "other 1")) {
            all.add(add(work, PATIENT));
        }
        gate.countDown();
        for (Future<?> one : all) {
            one.get();
        }
        assertThat(order).containsExactly("flooded 1", "other 1", "flooded 2", "flooded 3");
    }

    @Test
    void smallerImagesPassLargerOnesThatWait() throws Exception {
        List<Future<?>> all = new ArrayList<>();
        all.add(occupy());
        all.add(add("model large", PATIENT, 5 * MEDIUM / 2));
        for (String work : List.of("model 1", "model 2", "model 3", "model 4")) {
            all.add(add(work, PATIENT));
        }
        gate.countDown();
        for (Future<?> one : all) {
            one.get();
        }
        assertThat(order).containsExactly("model 1", "model 2", "model 3", "model 4", "model large");
    }

    @Test
    void theClientsOfAModelAreServedFairly() throws Exception {
        List<Future<?>> all = new ArrayList<>();
        all.add(occupy());
        for (String work : List.of("model flooded 1", "model flooded 2", "model flooded 3")) {
            all.add(add(work, new TestContext("flooding")));
        }
        all.add(add("model other 1", new TestContext("other")));
        all.add(add("model other 2", new TestContext("other")));
        gate.countDown();
        for (Future<?> one : all) {
            one.get();
        }
        assertThat(order)
                .containsExactly(
                        "model flooded 1", "model other 1", "model flooded 2", "model other 2", "model flooded 3");
    }

    @Test
    void largeImagesLeaveHalfOfTheThreadsToSmallerOnes() throws Exception {
        try (FairExecutor four = new FairExecutor(4)) {
            CountDownLatch begun = new CountDownLatch(2);
            List<Future<?>> large = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String name = "large " + i;
                large.add(clients.submit(() -> four.call("model", PATIENT, LARGE, () -> {
                    order.add(name);
                    begun.countDown();
                    gate.await();
                    return "";
                })));
            }
            begun.await();
            for (int i = 0; i < 8; i++) {
                assertThat(four.call("model", PATIENT, MEDIUM, () -> "done")).isEqualTo("done");
            }
            assertThat(order).hasSize(2);
            gate.countDown();
            for (Future<?> one : large) {
                one.get();
            }
            assertThat(order).hasSize(3);
        }
    }

    @Test
    void smallImagesDoNotWaitForAnyOther() throws Exception {
        List<Future<?>> others = List.of(occupy(), add("model medium", PATIENT), add("model large", PATIENT, LARGE));
        assertThat(threads.call("model", PATIENT, SMALL, () -> "done")).isEqualTo("done");
        assertThat(others).noneMatch(Future::isDone);
        gate.countDown();
        for (Future<?> one : others) {
            one.get();
        }
        assertThat(order).containsExactly("model medium", "model large");
    }

    @Test
    void aModelWhoseLargeImagesHaveToWaitDoesNotDelayTheOthers() throws Exception {
        try (FairExecutor two = new FairExecutor(2)) {
            CountDownLatch begun = new CountDownLatch(1);
            Future<?> first = clients.submit(() -> two.call("model", PATIENT, LARGE, () -> {
                begun.countDown();
                gate.await();
                return "";
            }));
            begun.await();
            Future<?> second = clients.submit(() -> two.call("model", PATIENT, LARGE, () -> ""));
            assertThat(two.call("other", PATIENT, SMALL, () -> "done")).isEqualTo("done");
            assertThat(second).isNotDone();
            gate.countDown();
            first.get();
            second.get();
        }
    }

    @Test
    void workOfADisconnectedOrLateClientIsNotRun() throws Exception {
        Future<?> first = occupy();
        AtomicBoolean gone = new AtomicBoolean();
        Future<?> leaving = add("gone 1", new TestContext() {
            @Override
            protected boolean isGone() {
                return gone.get();
            }
        });
        gone.set(true);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(leaving::get)
                .havingCause()
                .isInstanceOf(InferenceException.Cancelled.class);
        Future<?> late = add("late 1", new TestContext() {
            @Override
            public long deadline() {
                return System.nanoTime() - 1;
            }
        });
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(late::get)
                .havingCause()
                .isInstanceOf(InferenceException.DeadlineExceeded.class);
        gate.countDown();
        first.get();
        assertThat(order).isEmpty();
    }

    @Test
    void anErrorIsRethrownAndTheThreadContinues() throws Exception {
        assertThatExceptionOfType(StackOverflowError.class)
                .isThrownBy(() -> threads.call("model", PATIENT, SMALL, () -> {
                    throw new StackOverflowError("deep");
                }));
        assertThat(threads.call("model", PATIENT, SMALL, () -> "alive")).isEqualTo("alive");
    }

    /** A failure within the scheduling itself, as a full heap causes it, is caused here by a null in the list of models. */
    @Test
    void threadsThatFailBetweenWorkPauseAndContinue() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (FairExecutor failing = new FairExecutor(1)) {
            Set<Thread> workers = new HashSet<>(Thread.getAllStackTraces().keySet());
            workers.removeAll(before);
            workers.removeIf(thread -> !thread.getName().startsWith("images-"));
            assertThat(workers).hasSize(2);
            List<?> waiting = (List<?>) Objects.requireNonNull(ReflectionTestUtils.getField(failing, "waiting"));
            synchronized (failing) {
                waiting.add(null);
                failing.notifyAll();
            }
            for (Thread worker : workers) {
                Await.until(Duration.ofSeconds(20), () -> {
                    assertThat(worker.isAlive()).isTrue();
                    return worker.getState() == Thread.State.TIMED_WAITING;
                });
            }
            synchronized (failing) {
                waiting.clear();
            }
            assertThat(failing.call("model", PATIENT, MEDIUM, () -> "alive")).isEqualTo("alive");
            assertThat(workers).allMatch(Thread::isAlive);
        }
    }

    @Test
    void aCallThatIsInterruptedOrFailsEndsOnlyWithTheWorkThatHasBegun() throws Exception {
        for (RequestContext context : List.of(PATIENT, new TestContext() {
            @Override
            protected boolean isGone() {
                throw new OutOfMemoryError("asked");
            }
        })) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            AtomicBoolean ended = new AtomicBoolean();
            AtomicBoolean early = new AtomicBoolean();
            Thread[] thread = new Thread[1];
            Future<Throwable> call = clients.submit(() -> {
                thread[0] = Thread.currentThread();
                try {
                    threads.call("model", context, LARGE, () -> {
                        begun.countDown();
                        end.await();
                        ended.set(true);
                        return "";
                    });
                    return new AssertionError("The call neither failed nor was interrupted");
                } catch (InferenceException | OutOfMemoryError e) {
                    early.set(!ended.get());
                    return e;
                }
            });
            begun.await();
            if (context == PATIENT) {
                thread[0].interrupt();
            }
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> call.get(300, TimeUnit.MILLISECONDS));
            end.countDown();
            assertThat(call.get()).isInstanceOfAny(InferenceException.ShuttingDown.class, OutOfMemoryError.class);
            assertThat(early).isFalse();
        }
        assertThat(threads.call("model", PATIENT, LARGE, () -> "alive")).isEqualTo("alive");
    }

    @Test
    void workThatInterruptsItsThreadLeavesNothingToTheNext() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(threads.call("model", PATIENT, SMALL, () -> {
                        boolean interrupted = Thread.currentThread().isInterrupted();
                        Thread.currentThread().interrupt();
                        return interrupted;
                    }))
                    .isFalse();
        }
    }

    private Future<?> occupy() throws InterruptedException {
        Future<?> first = clients.submit(() -> threads.call("first", PATIENT, MEDIUM, () -> {
            busy.countDown();
            gate.await();
            return "";
        }));
        busy.await();
        return first;
    }

    /** Adds work whose first word is the model, and returns when it waits. */
    private Future<?> add(String work, RequestContext context) throws Exception {
        return add(work, context, MEDIUM);
    }

    private Future<?> add(String work, RequestContext context, int pixels) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        Thread[] thread = new Thread[1];
        Future<?> future = clients.submit(() -> {
            thread[0] = Thread.currentThread();
            asked.countDown();
            return threads.call(work.split(" ")[0], context, pixels, () -> order.add(work));
        });
        asked.await(10, TimeUnit.SECONDS);
        Await.until(Duration.ofSeconds(20), () -> thread[0].getState() != Thread.State.RUNNABLE || future.isDone());
        return future;
    }
}
