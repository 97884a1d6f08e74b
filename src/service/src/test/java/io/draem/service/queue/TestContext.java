package io.draem.service.queue;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A request whose deadline is an hour away and whose client never goes away, for whose response nothing is kept. */
public class TestContext extends RequestContext {

    private final String client;
    private final LongSupplier clock;
    private final long deadline;

    public TestContext() {
        this("client");
    }

    public TestContext(String client) {
        this(client, System::nanoTime, System.nanoTime() + TimeUnit.HOURS.toNanos(1));
    }

    /**
     * @param clock what the deadline is a moment of
     */
    public TestContext(String client, LongSupplier clock, long deadline) {
        this.client = client;
        this.clock = clock;
        this.deadline = deadline;
    }

    @Override
    public long deadline() {
        return deadline;
    }

    @Override
    public long nanosLeft() {
        return deadline() - clock.getAsLong();
    }

    @Override
    public void shortenTo(long deadline) {
        throw new AssertionError("Nothing shortens the deadline here");
    }

    @Override
    protected boolean isGone() {
        return false;
    }

    @Override
    public String client() {
        return client;
    }

    @Override
    public void whenCompleted(Runnable action) {
        throw new AssertionError("Nothing is kept for the response here");
    }
}
