package io.draem.trainer.cli;

import io.draem.trainer.network.ComputeDevice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how this run goes, on this machine. */
final class RunArguments {

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of everything random: weights, split, order, synthetic anomalies")
    long seed;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description =
                    "Where to compute: ${COMPLETION-CANDIDATES}; cuda needs a trainer built with the Maven profile"
                            + " cuda (never run on a GPU yet)")
    ComputeDevice.Choice device = ComputeDevice.Choice.AUTO;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of libtorch (default: the processors)")
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
