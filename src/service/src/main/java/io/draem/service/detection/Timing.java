package io.draem.service.detection;

import java.time.Duration;

/**
 * Where the time of a request went. The parts do not overlap.
 *
 * @param decode bytes to pixels
 * @param preprocess pixels to the network's input, or to the frame that is cut
 * @param queue waiting for memory, for a thread and for the model, and planning; of several inputs, the time in which none
 *     of them ran
 * @param inference the model's runs, those of several inputs that overlap once
 * @param postprocess anomaly map to verdict and pictures
 * @param total from the selection of the model to the verdict; of a prediction, from the read body to the outputs, with waits for
 *     other images of the request. At least the sum of the parts
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

    /** Returns the time that is in no part: cutting before the first run, and blending after the last one. */
    public Duration other() {
        return total.minus(decode)
                .minus(preprocess)
                .minus(queue)
                .minus(inference)
                .minus(postprocess);
    }

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
