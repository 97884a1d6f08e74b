package io.draem.service.detection;

import java.time.Duration;

/**
 * Where the time of a request went.
 *
 * @param decode bytes to pixels
 * @param preprocess pixels to the network's input
 * @param queue waiting for memory and for the model
 * @param inference the model's runs
 * @param postprocess anomaly map to verdict and pictures
 * @param total all of it
 * @param inputs inputs of the network that the image became, at least 1
 */
public record Timing(
        Duration decode,
        Duration preprocess,
        Duration queue,
        Duration inference,
        Duration postprocess,
        Duration total,
        int inputs) {

    /** Measures the steps of a request. */
    static final class Stopwatch {

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
}
