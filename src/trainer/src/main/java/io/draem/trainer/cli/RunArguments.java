package io.draem.trainer.cli;

import io.draem.trainer.network.ComputeDevice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of this run on this machine. */
final class RunArguments {

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of all random numbers: weights, split, order, synthetic anomalies")
    long seed;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description =
                    "Device: ${COMPLETION-CANDIDATES}; cuda needs a trainer built with the Maven profile cuda (not yet"
                            + " tested on a GPU)")
    ComputeDevice.Choice device = ComputeDevice.Choice.AUTO;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of libtorch (default: the number of processors)")
    @Nullable
    private Integer threads;

    int threads() {
        return threads == null ? Runtime.getRuntime().availableProcessors() : atLeastOne("--threads", threads);
    }

    static int atLeastOne(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " must be at least 1, not " + value);
        }
        return value;
    }
}
