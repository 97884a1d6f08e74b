package io.draem.service.detection;

import java.util.concurrent.TimeUnit;

/** A client that is never late and never goes away, for whose answer nothing is kept. */
class TestCaller implements Caller {

    private final String client;

    TestCaller() {
        this("client");
    }

    TestCaller(String client) {
        this.client = client;
    }

    @Override
    public long deadline() {
        return System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    }

    @Override
    public boolean isGone() {
        return false;
    }

    @Override
    public String client() {
        return client;
    }

    @Override
    public void whenAnswered(Runnable action) {
        throw new AssertionError("Nothing is kept for the answer here");
    }
}
