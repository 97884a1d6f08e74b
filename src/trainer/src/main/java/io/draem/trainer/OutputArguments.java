package io.draem.trainer;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where the model goes. */
final class OutputArguments {

    @Option(names = "--output", paramLabel = "DIR", description = "Model directory to write into")
    @Nullable
    Path output;

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the model (default: that of the data)")
    @Nullable
    private String name;

    /**
     * Returns the name that was given, else that of the data's folder, or of its file without {@code .csv}.
     *
     * @throws IllegalArgumentException if it cannot name a folder of models
     */
    String modelName(Path data) {
        String chosen = name != null
                ? name
                : Objects.toString(data.toAbsolutePath().normalize().getFileName(), "")
                        .replaceFirst("(?i)\\.csv$", "");
        if (!chosen.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
            throw new IllegalArgumentException(
                    "--name must be letters, digits, '.', '_' and '-', a letter or digit first, at most 63 of them, not '"
                            + chosen + "'" + (name == null ? ", the name of the data: give another" : ""));
        }
        return chosen;
    }
}
