package io.draem.trainer.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the training images. */
final class DataArguments {

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Images, required: a folder in MVTec AD layout (train/good, test/good, test/<defect>,"
                    + " ground_truth/<defect>, optionally validation/...), a folder of good images only, a .csv with"
                    + " the columns path,label,mask,split and paths relative to the file, or a .manifest of Amazon"
                    + " Lookout for Vision")
    @Nullable
    Path data;

    @Option(
            names = "--anomaly-source",
            paramLabel = "DIR",
            description =
                    "Folder of texture images for the synthetic anomalies, searched recursively (default: generated"
                            + " noise; paper: DTD)")
    @Nullable
    Path anomalySource;

    @Option(
            names = "--skip-unreadable",
            negatable = true,
            defaultValue = "false",
            fallbackValue = "true",
            showDefaultValue = Visibility.ALWAYS,
            description = "Continue without files that cannot be used, and list them")
    boolean skipUnreadable;

    @Mixin
    final ImageArguments files = new ImageArguments();

    @Option(
            names = "--white-level",
            paramLabel = "auto|N",
            defaultValue = "auto",
            showDefaultValue = Visibility.ALWAYS,
            description = "Stored value that means white in 16-bit images that do not declare it, 256 to 65535 (cameras"
                    + " store 10 to 14 bits in the low bits); auto: the largest declared or stored value, rounded up"
                    + " to 2^k - 1 (this project). The model records it for evaluation and service")
    String whiteLevel = "auto";

    @Option(
            names = "--data-threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads that prepare batches in advance (this project)")
    private int dataThreads;

    int dataThreads() {
        return RunArguments.atLeastOne("--data-threads", dataThreads);
    }
}
