package io.draem.trainer;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which images there are. */
final class DataArguments {

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "Images in MVTec AD layout")
    @SuppressWarnings("NullAway.Init")
    Path data;

    @Option(
            names = "--anomaly-source",
            paramLabel = "DIR",
            description = "Texture images for the synthetic anomalies; noise where left out")
    @Nullable
    Path anomalySource;

    @Option(names = "--data-threads", defaultValue = "1", description = "Threads that prepare batches ahead")
    int dataThreads;
}
