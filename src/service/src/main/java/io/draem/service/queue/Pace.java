package io.draem.service.queue;

import java.time.Duration;

/** How long one request takes, as a moving average over the runs. */
final class Pace {

    /** Weight of the latest run. */
    private static final double LATEST = 0.2;

    private double nanosPerRequest;

    /**
     * @param expected what to go by before anything was measured; zero where nobody knows
     */
    Pace(Duration expected) {
        this.nanosPerRequest = expected.toNanos();
    }

    void ran(int requests, long nanos) {
        double latest = (double) nanos / requests;
        nanosPerRequest = nanosPerRequest == 0 ? latest : nanosPerRequest + LATEST * (latest - nanosPerRequest);
    }

    /** Returns how long that many requests take on that many workers, in whole seconds, at least one. */
    Duration of(int requests, int workers) {
        return Duration.ofSeconds(Math.max(1, (long) Math.ceil(requests * nanosPerRequest / workers / 1e9)));
    }
}
