package io.draem.trainer;

import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** The options that say how this run goes, on this machine. */
final class RunArguments {

    @Option(names = "--seed", defaultValue = "0", description = "Seed of everything random")
    long seed;

    @Option(
            names = "--threads",
            description = "Threads of libtorch (default: the processors)",
            showDefaultValue = Visibility.NEVER)
    int threads = Runtime.getRuntime().availableProcessors();
}
