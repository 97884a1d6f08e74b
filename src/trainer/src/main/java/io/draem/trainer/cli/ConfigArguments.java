package io.draem.trainer.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options that set other options: the command line overrides the file, the file overrides the preset, the preset
 * overrides the default. {@link OptionLayers} implements it.
 */
final class ConfigArguments {

    @Option(
            names = OptionLayers.PRESET,
            paramLabel = "NAME",
            description =
                    "Set of values: ${COMPLETION-CANDIDATES} (paper: exactly arXiv 2108.07610, while the defaults below"
                            + " add a validation; quick: small images and networks, minutes on a CPU)")
    @Nullable
    Preset preset;

    @Option(
            names = OptionLayers.CONFIG,
            paramLabel = "FILE.yaml",
            description =
                    "File of options, named without the dashes, as in 'beta: [0, 0.8]'; the command line overrides it,"
                            + " and it overrides the preset")
    @Nullable
    Path config;

    @Option(
            names = OptionLayers.PRINT_CONFIG,
            description = "Print the resulting options as a file for --config and exit")
    boolean printConfig;
}
