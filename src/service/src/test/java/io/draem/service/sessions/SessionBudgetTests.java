package io.draem.service.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.draem.testing.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SessionBudgetTests {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final List<String> evictions = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong passed = new AtomicLong();
    private final AtomicInteger openings = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private final SessionListener listener = new SessionListener() {
        @Override
        public void evicted(GraphSessions<?> sessions) {
            evictions.add(sessions.model());
        }
    };
    /** For three of the sessions below. */
    private final SessionBudget budget = new SessionBudget(300, listener, () -> System.nanoTime() + passed.get());

    /** A session that knows whether it is closed. */
    private final class Session implements AutoCloseable {

        private volatile boolean closed;

        Session() {
            openings.incrementAndGet();
            mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
        }

        void run() {
            assertThat(closed).isFalse();
        }

        @Override
        public void close() {
            assertThat(closed).isFalse();
            closed = true;
            open.decrementAndGet();
        }
    }

    @AfterEach
    void end() throws Exception {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theOneThatWasNotUsedForTheLongestTimeIsClosedForAnother() throws Exception {
        GraphSessions<Session> a = sessions("a");
        GraphSessions<Session> b = sessions("b");
        GraphSessions<Session> c = sessions("c");
        for (GraphSessions<Session> each : List.of(a, b, c, a)) {
            use(each);
        }
        assertThat(openings).hasValue(3);
        use(sessions("d"));
        assertThat(evictions).containsExactly("b");
        assertThat(List.of(a.isOpen(), b.isOpen(), c.isOpen())).containsExactly(true, false, true);
        use(b);
        assertThat(evictions).containsExactly("b", "c");
        assertThat(budget.used()).isEqualTo(300);
    }

    @Test
    void thoseThatAreInUseOrKeptOpenStayOpen() throws Exception {
        GraphSessions<Session> kept = GraphSessions.keptOpen(budget, "kept", 1, 100, List.of(new Session()));
        GraphSessions<Session> used = sessions("used");
        used.acquire(() -> true);
        for (String name : List.of("a", "b", "c")) {
            use(sessions(name));
        }
        assertThat(evictions).containsExactly("a", "b");
        kept.get(0).run();
        used.get(0).run();
        used.release();
    }

    @Test
    void anOpeningWaitsWhileAllAreInUse() throws Exception {
        List<GraphSessions<Session>> used = allInUse();
        GraphSessions<Session> late = sessions("late");
        Future<?> waiting = threads.submit(() -> use(late));
        Await.until(LIMIT, () -> budget.waiting() > 0);
        assertThat(late.isOpen()).isFalse();
        used.get(1).release();
        waiting.get(20, TimeUnit.SECONDS);
        assertThat(evictions).containsExactly("b");
    }

    @Test
    void oneThatNeedsMoreThanThereIsIsOpenedAlone() throws Exception {
        use(sessions("a"));
        GraphSessions<Session> huge = GraphSessions.onDemand(budget, "huge", 1, 1000, () -> List.of(new Session()));
        use(huge);
        assertThat(evictions).containsExactly("a");
        use(sessions("b"));
        assertThat(evictions).containsExactly("a", "huge");
        assertThat(budget.used()).isEqualTo(100);
    }

    @Test
    void isOpenedOnceForAllThatWait() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        GraphSessions<Session> slow = slow("slow", opening);
        List<Future<?>> uses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            uses.add(threads.submit(() -> use(slow)));
        }
        Await.until(LIMIT, () -> slow.waiters == 7);
        // Others are opened meanwhile.
        use(sessions("other"));
        opening.countDown();
        for (Future<?> use : uses) {
            use.get(20, TimeUnit.SECONDS);
        }
        assertThat(openings).hasValue(2);
    }

    @Test
    void openingsThatHangDoNotPreventOthers() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        List<Future<?>> hanging = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            GraphSessions<Session> slow = slow("slow-" + i, never);
            hanging.add(threads.submit(() -> use(slow)));
            Await.until(LIMIT, () -> slow.state == GraphSessions.State.OPENING);
        }
        use(sessions("other")); // after a second
        assertThat(openings).hasValue(1);
        never.countDown();
        for (Future<?> each : hanging) {
            each.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void modelsThatAreAlwaysInUseYieldToOthers() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        List<Future<?>> users = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            GraphSessions<Session> busy = sessions(name);
            for (int thread = 0; thread < 2; thread++) {
                users.add(threads.submit(() -> {
                    while (!ended.get()) {
                        busy.acquire(() -> true);
                        LockSupport.parkNanos(2_000_000); // a run, during which the other one begins
                        busy.release();
                    }
                    return null;
                }));
            }
        }
        for (int i = 0; i < 20; i++) {
            use(sessions("late-" + i));
        }
        ended.set(true);
        for (Future<?> user : users) {
            user.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void modelsOfWhichOneFitsTakeTurns() throws Exception {
        SessionBudget one = new SessionBudget(100, SessionListener.NONE, System::nanoTime);
        AtomicBoolean ended = new AtomicBoolean();
        List<AtomicInteger> runs = new ArrayList<>();
        List<Future<?>> users = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            GraphSessions<Session> busy =
                    GraphSessions.onDemand(one, "busy-" + i, 1, 100, () -> List.of(new Session()));
            AtomicInteger count = new AtomicInteger();
            runs.add(count);
            for (int thread = 0; thread < 2; thread++) {
                users.add(threads.submit(() -> {
                    while (!ended.get()) {
                        busy.acquire(() -> true);
                        busy.get(0).run();
                        count.incrementAndGet();
                        busy.release();
                    }
                    return null;
                }));
            }
        }
        for (AtomicInteger count : runs) {
            Await.until(LIMIT, () -> count.get() > 10);
        }
        ended.set(true);
        for (Future<?> user : users) {
            user.get(20, TimeUnit.SECONDS);
        }
        assertThat(mostOpen).hasValue(1);
    }

    @Test
    void aRunThatDoesNotEndDoesNotPreventOpenings() throws Exception {
        GraphSessions<Session> hanging = sessions("hanging");
        hanging.acquire(() -> true);
        GraphSessions<Session> b = sessions("b");
        GraphSessions<Session> c = sessions("c");
        b.acquire(() -> true);
        c.acquire(() -> true);
        Future<?> late = threads.submit(() -> use(sessions("late")));
        Await.until(LIMIT, () -> b.yields); // after a second
        b.release();
        late.get(20, TimeUnit.SECONDS);
        assertThat(evictions).containsExactly("b");
        hanging.release();
        c.release();
    }

    @Test
    void nothingIsOpenedForARunThatIsNoLongerWanted() throws Exception {
        List<GraphSessions<Session>> used = allInUse();
        AtomicBoolean wanted = new AtomicBoolean(true);
        GraphSessions<Session> late = sessions("late");
        Future<Boolean> waiting = threads.submit(() -> late.acquire(wanted::get));
        Await.until(LIMIT, () -> budget.waiting() > 0);
        wanted.set(false);
        used.get(0).release();
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isFalse();
        assertThat(evictions).isEmpty();
        assertThat(budget.waiting()).isZero();
        use(used.get(1)); // does not yield any more
    }

    @Test
    void aFailureIsReportedAndNotRepeatedAtOnce() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        GraphSessions<Session> broken = GraphSessions.onDemand(budget, "broken", 1, 100, () -> {
            attempts.incrementAndGet();
            throw new IOException("The disk is gone");
        });
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> broken.acquire(() -> true))
                .withMessage("The disk is gone");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> broken.acquire(() -> true))
                .withMessageContaining("broken version 1 could not be opened and is not tried again for 10 s")
                .withStackTraceContaining("The disk is gone");
        assertThat(attempts).hasValue(1);
        assertThat(broken.retryAfter()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
        assertThat(budget.used()).isZero();
        use(sessions("other"));

        passed.addAndGet(GraphSessions.RETRY.toNanos());
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> broken.acquire(() -> true));
        assertThat(attempts).hasValue(2);
    }

    @Test
    void aLackOfMemoryIsNotHeldAgainstAModel() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        GraphSessions<Session> sessions = GraphSessions.onDemand(budget, "a", 1, 100, () -> {
            if (attempts.getAndIncrement() == 0) {
                throw new OutOfMemoryError("Cannot reserve direct buffer memory");
            }
            return List.of(new Session());
        });
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> sessions.acquire(() -> true));
        use(sessions);
    }

    @Test
    void aSessionThatFailsToCloseIsCountedAsClosed() throws Exception {
        AutoCloseable failing = () -> {
            throw new OutOfMemoryError("in native code");
        };
        for (String name : List.of("a", "b", "c")) {
            use(GraphSessions.onDemand(budget, name, 1, 100, () -> List.<AutoCloseable>of(failing, new Session())));
        }
        use(sessions("d"));
        use(sessions("e"));
        assertThat(evictions).containsExactly("a", "b");
        assertThat(open).hasValue(3);
    }

    @Test
    void areClosedByTheRunThatOutlivesTheLimit() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        GraphSessions<Session> slow = slow("slow", opening);
        Future<?> use = threads.submit(() -> use(slow));
        Await.until(LIMIT, () -> slow.state == GraphSessions.State.OPENING);
        assertThat(slow.close(Duration.ofMillis(10))).isFalse();
        opening.countDown();
        use.get(20, TimeUnit.SECONDS);
        assertThat(open).hasValue(0);
        assertThat(budget.used()).isZero();
    }

    @Test
    void endsOnceNoRunUsesThem() throws Exception {
        GraphSessions<Session> sessions = sessions("a");
        sessions.acquire(() -> true);
        assertThat(sessions.close(Duration.ofMillis(10))).isFalse();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> sessions.acquire(() -> true))
                .withMessage("Model a version 1 is closed");
        sessions.release();
        assertThat(sessions.close(LIMIT)).isTrue();
        assertThat(sessions.close(LIMIT)).isTrue();
        assertThat(open).hasValue(0);
        assertThat(budget.used()).isZero();
    }

    @Test
    void endsThoseThatWaitToBeOpened() throws Exception {
        List<GraphSessions<Session>> used = allInUse();
        GraphSessions<Session> late = sessions("late");
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        threads.submit(() -> {
            try {
                late.acquire(() -> true);
            } catch (Exception e) {
                failure.complete(e);
            }
        });
        Await.until(LIMIT, () -> budget.waiting() > 0);
        assertThat(late.close(LIMIT)).isTrue();
        assertThat(failure.get(20, TimeUnit.SECONDS)).hasMessage("Model late version 1 is closed");
    }

    @Test
    void manyThreadsNeitherExceedTheBudgetNorRunClosedSessions() throws Exception {
        List<GraphSessions<Session>> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(sessions("model-" + i));
        }
        List<Future<?>> users = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            Random random = new Random(thread);
            users.add(threads.submit(() -> {
                for (int i = 0; i < 1_000; i++) {
                    use(all.get(random.nextInt(all.size())));
                }
                return null;
            }));
        }
        for (Future<?> user : users) {
            user.get(50, TimeUnit.SECONDS);
        }
        assertThat(mostOpen).hasValue(3);
        assertThat(openings.get()).isGreaterThan(1_000);
        for (GraphSessions<Session> each : all) {
            assertThat(each.close(LIMIT)).isTrue();
        }
        assertThat(open).hasValue(0);
        assertThat(budget.used()).isZero();
    }

    private GraphSessions<Session> slow(String model, CountDownLatch opening) {
        return GraphSessions.onDemand(budget, model, 1, 100, () -> {
            assertThat(opening.await(20, TimeUnit.SECONDS)).isTrue();
            return List.of(new Session());
        });
    }

    /** Returns a, b and c, which take the whole budget and are in use. */
    private List<GraphSessions<Session>> allInUse() throws Exception {
        List<GraphSessions<Session>> used = List.of(sessions("a"), sessions("b"), sessions("c"));
        for (GraphSessions<Session> each : used) {
            each.acquire(() -> true);
        }
        return used;
    }

    private GraphSessions<Session> sessions(String model) {
        return GraphSessions.onDemand(budget, model, 1, 100, () -> List.of(new Session()));
    }

    private static Void use(GraphSessions<?> sessions) throws Exception {
        sessions.acquire(() -> true);
        try {
            if (sessions.get(0) instanceof Session session) {
                session.run();
            }
        } finally {
            sessions.release();
        }
        return null;
    }
}
