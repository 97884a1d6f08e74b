package io.draem.service.detection;

import java.time.Duration;

/** Measures the steps of one request. */
final class Stopwatch {

    private final long start;
    private long lap;

    Stopwatch(long start) {
        this.start = start;
        this.lap = start;
    }

    /** Returns the time since the last lap. */
    Duration lap() {
        long now = System.nanoTime();
        Duration lasted = Duration.ofNanos(now - lap);
        lap = now;
        return lasted;
    }

    Duration sinceStart() {
        return Duration.ofNanos(lap - start);
    }
}
