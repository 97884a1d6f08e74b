package io.draem.service.detection;

import java.time.Duration;

/** Measures the steps of some work. */
final class Stopwatch {

    private long lap;

    Stopwatch(long start) {
        this.lap = start;
    }

    /** Returns the time since the last lap. */
    Duration lap() {
        long now = System.nanoTime();
        Duration lasted = Duration.ofNanos(now - lap);
        lap = now;
        return lasted;
    }
}
