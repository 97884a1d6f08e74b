package io.draem.service.detection;

import java.time.Duration;

/**
 * Where the time of a request went.
 *
 * @param decode bytes to pixels
 * @param preprocess pixels to the network's input
 * @param queue waiting for room in memory and for the model
 * @param inference the model's run
 * @param postprocess anomaly map to verdict and pictures
 * @param total all of it
 */
public record Timing(
        Duration decode,
        Duration preprocess,
        Duration queue,
        Duration inference,
        Duration postprocess,
        Duration total) {}
