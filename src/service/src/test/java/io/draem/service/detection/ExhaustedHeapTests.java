package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.service.queue.FairExecutor;
import io.draem.service.queue.InferenceException;
import io.draem.service.queue.RequestContext;
import io.draem.service.queue.TestContext;
import io.draem.testing.Await;
import io.draem.testing.BoundedProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Takes pixels and does work on images in a JVM whose heap is full again and again, and checks what is left behind. */
@Tag("slow")
class ExhaustedHeapTests {

    private static final int CLIENTS = 8;
    private static final int PIXELS = 1_000;
    private static final long SECONDS = 4;

    /** On a busy machine no client may run while the heap is full, for that long at most. */
    private static final long MOST_SECONDS = 40;

    @ParameterizedTest
    @ValueSource(strings = {"pixels", "threads"})
    void nothingIsLeftBehindWhenTheHeapIsFull(String what) throws Exception {
        assertThat(outputOf(Clients.class, what))
                .matches("(?s).*errors: [1-9]\\d*, calls: [1-9]\\d*, left behind: nothing");
    }

    @Test
    void threadsSurviveAHeapThatIsFullAtTheirFirstFailure() throws Exception {
        assertThat(outputOf(FirstFailure.class)).isEqualTo("the next call ended");
    }

    private static String outputOf(Class<?> main, String... arguments) throws Exception {
        List<String> options = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx16m");
        try (BoundedProcess process = BoundedProcess.startJava(options, main, arguments)) {
            process.awaitExit(Duration.ofSeconds(60));
            return process.output();
        }
    }

    /** Fills the heap to the last byte. */
    private static Object[] fill() {
        Object[] chain = null;
        for (int length = 1 << 20; length > 0; ) {
            try {
                Object[] more = new Object[length];
                more[0] = chain;
                chain = more;
            } catch (OutOfMemoryError e) {
                length /= 2;
            }
        }
        return chain;
    }

    /** Takes no memory. */
    private static void spin(long nanos) {
        for (long start = System.nanoTime(); System.nanoTime() - start < nanos; ) {
            Thread.onSpinWait();
        }
    }

    /**
     * What the JVM runs: one call fills the heap, so that the threads fail when they look for the next work. Nothing before
     * it uses the classes of that failure.
     */
    static final class FirstFailure {

        private static final long FULL_NANOS = 200_000_000;

        private static volatile Object[] memory;

        public static void main(String[] arguments) throws Exception {
            FairExecutor threads = new FairExecutor(1);
            AtomicBoolean begun = new AtomicBoolean();
            AtomicBoolean ended = new AtomicBoolean();
            FairExecutor.Task<Boolean, Exception> end = () -> ended.getAndSet(true);
            Thread next = new Thread(() -> {
                while (!ended.get()) {
                    run(threads, end);
                }
            });
            next.setDaemon(true);
            Thread first = new Thread(() -> run(threads, () -> {
                begun.set(true);
                spinUntil(() -> next.getState() == Thread.State.TIMED_WAITING);
                return memory = fill();
            }));
            first.start();
            spinUntil(begun::get);
            next.start();
            while (memory == null) {
                Thread.onSpinWait(); // the heap fills up: from here on this thread must take no memory
            }
            spin(FULL_NANOS);
            memory = null;
            next.join(TimeUnit.SECONDS.toMillis(10));
            System.out.print(ended.get() ? "the next call ended" : "the next call did not end");
            System.exit(0);
        }

        private static void spinUntil(BooleanSupplier condition) {
            while (!condition.getAsBoolean()) {
                Thread.onSpinWait();
            }
        }

        private static void run(FairExecutor threads, FairExecutor.Task<?, Exception> task) {
            try {
                threads.call("model", new TestContext("client"), FairExecutor.LARGE + 1, task);
            } catch (OutOfMemoryError | Exception e) {
                // A full heap may fail the call too.
            }
        }
    }

    /** What the JVM runs. */
    static final class Clients {

        private static final int WARM = 5_000;

        private final PixelBudget budget = new PixelBudget(PIXELS);
        private final FairExecutor threads = new FairExecutor(2);
        private final AtomicBoolean end = new AtomicBoolean();
        private final AtomicLong errors = new AtomicLong();
        private final AtomicLong calls = new AtomicLong();
        private final AtomicLong under = new AtomicLong();

        public static void main(String[] arguments) throws Exception {
            String left;
            Clients clients = new Clients();
            try {
                left = clients.run(arguments[0].equals("pixels"));
            } catch (Exception e) {
                left = e.toString();
            }
            System.out.println("errors: " + clients.errors + ", calls: " + clients.calls + ", left behind: " + left);
            System.exit(0);
        }

        private String run(boolean pixels) throws Exception {
            List<Thread> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                RequestContext context = new TestContext("client " + i % 3);
                Random random = new Random(i);
                String model = "model " + i % 2;
                running.add(new Thread(() -> repeat(() -> {
                    if (pixels) {
                        long bytes = (long) PixelBudget.BYTES * random.nextInt(PIXELS);
                        budget.take(bytes, "", context).close();
                    } else {
                        int cost = FairExecutor.LARGE + random.nextInt(2);
                        threads.call(model, context, cost, under::incrementAndGet);
                    }
                })));
            }
            running.forEach(Thread::start);
            // A class whose initialization finds no memory can never be used: all are there before the heap is full.
            Await.until(Duration.ofSeconds(30), () -> calls.get() >= WARM);
            Thread filler = new Thread(this::fillAgainAndAgain);
            filler.start();
            filler.join();
            for (Thread client : running) {
                client.join(TimeUnit.SECONDS.toMillis(10));
                if (client.isAlive()) {
                    return "a call that does not end";
                }
            }
            if (budget.taken() != 0) {
                return budget.taken() + " pixels";
            }
            budget.take((long) PixelBudget.BYTES * (PIXELS - 1), "", new TestContext("last"))
                    .close();
            for (int i = 0; i < 4; i++) {
                threads.call("last", new TestContext("last"), FairExecutor.LARGE + 1, () -> "");
            }
            return "nothing";
        }

        private void repeat(Call call) {
            while (!end.get()) {
                try {
                    call.run();
                    calls.incrementAndGet();
                } catch (OutOfMemoryError | DetectionException | InferenceException e) {
                    errors.incrementAndGet();
                }
            }
        }

        /** Fills the heap to the last byte and frees it, again and again. */
        private void fillAgainAndAgain() {
            long start = System.nanoTime();
            long seconds = 0;
            while (seconds < SECONDS || errors.get() == 0 && seconds < MOST_SECONDS) {
                Object[] memory = fill();
                spin(20_000_000);
                memory = null;
                seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
            }
            end.set(true);
        }

        private interface Call {

            void run() throws DetectionException, InferenceException;
        }
    }
}
