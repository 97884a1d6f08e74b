package io.draem.trainer.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of all commands with {@code --data}: where a manifest's images are, and how large an image may be. */
final class ManifestArguments {

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description =
                    "Folder that the paths of a manifest start from: for Lookout for Vision, the downloaded images"
                            + " (default: the manifest's own)",
            showDefaultValue = Visibility.NEVER)
    @Nullable
    Path images;

    @Mixin
    final ImageArguments limits = new ImageArguments();
}
