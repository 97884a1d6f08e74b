package io.draem.testing;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition with a limit, unlike a loop, which JUnit's {@code @Timeout} cannot interrupt. */
public final class Await {

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

    private Await() {}

    /** What is awaited; an exception ends the wait and the test. */
    public interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Returns as soon as a condition holds.
     *
     * @throws AssertionError if it does not hold within the limit
     */
    public static void until(Duration limit, Condition condition) throws Exception {
        until("the condition", limit, condition);
    }

    /**
     * Returns as soon as a condition holds.
     *
     * @param what named by the error if the condition does not hold within the limit
     */
    public static void until(String what, Duration limit, Condition condition) throws Exception {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("Not met within " + limit.toMillis() + " ms: " + what);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException(what);
            }
            LockSupport.parkNanos(PAUSE);
        }
    }
}
