package io.draem.trainer.tracking;

import java.util.Map;

/**
 * A training as trackers show it.
 *
 * @param model name of the model
 * @param command its command line
 * @param parameters options by name
 * @param resumed whether an earlier process began it
 * @param first steps done before
 * @param steps in all
 * @param batchSize images of a step
 */
public record TrackedTraining(
        String model,
        String command,
        Map<String, String> parameters,
        boolean resumed,
        long first,
        long steps,
        int batchSize) {}
