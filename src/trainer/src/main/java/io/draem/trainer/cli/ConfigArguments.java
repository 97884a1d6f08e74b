package io.draem.trainer.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options that give other options their values: the command line beats the file, the file beats the preset, the
 * preset beats the default. {@link OptionLayers} puts that into effect.
 */
final class ConfigArguments {

    @Option(
            names = OptionLayers.PRESET,
            paramLabel = "NAME",
            description = "Values to start from: ${COMPLETION-CANDIDATES} (paper: arXiv 2108.07610 to the letter, the"
                    + " defaults below judge better; quick: for small images on a processor)")
    @Nullable
    Preset preset;

    @Option(
            names = OptionLayers.CONFIG,
            paramLabel = "FILE.yaml",
            description =
                    "Options by name without the dashes, as in 'beta: [0, 0.8]'; the command line goes before them,"
                            + " they go before the preset")
    @Nullable
    Path config;

    @Option(
            names = OptionLayers.PRINT_CONFIG,
            description = "Print all options as they would be used, as a file for --config, and end")
    boolean printConfig;
}
