package io.draem.trainer.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which images there are. */
final class DataArguments {

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "The images, required: a folder in MVTec AD layout (train/good, test/good, test/<defect>,"
                    + " ground_truth/<defect>, optionally validation/...), a folder of good images alone, a .csv with"
                    + " the columns path,label,mask,split, its paths relative to the file, or a .manifest of Amazon"
                    + " Lookout for Vision")
    @Nullable
    Path data;

    @Option(
            names = "--anomaly-source",
            paramLabel = "DIR",
            description = "Texture images for the synthetic anomalies, at any depth (paper: DTD); noise where left out")
    @Nullable
    Path anomalySource;

    @Option(
            names = "--skip-unreadable",
            negatable = true,
            defaultValue = "false",
            fallbackValue = "true",
            showDefaultValue = Visibility.ALWAYS,
            description = "Go on without the files that cannot be used, and name them")
    boolean skipUnreadable;

    @Mixin
    final ManifestArguments manifest = new ManifestArguments();

    @Option(
            names = "--white-level",
            paramLabel = "auto|N",
            defaultValue = "auto",
            showDefaultValue = Visibility.ALWAYS,
            description = "Stored value of 16-bit images that is white, 256 to 65535, where a file does not declare it"
                    + " (cameras leave 10 to 14 bits in the low bits); auto: from the images, the largest declared or"
                    + " stored value rounded up to 2^k - 1. The model records it, and all that run it use it")
    String whiteLevel = "auto";

    @Option(
            names = "--data-threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads that prepare batches ahead")
    private int dataThreads;

    int dataThreads() {
        return RunArguments.atLeastOne("--data-threads", dataThreads);
    }
}
