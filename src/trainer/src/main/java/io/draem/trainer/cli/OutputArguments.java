package io.draem.trainer.cli;

import io.draem.trainer.onnxexport.ExportFormat;
import io.draem.trainer.workflow.ModelVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the exported model. */
final class OutputArguments {

    @Option(names = "--output", paramLabel = "DIR", description = "Model directory to write into, required")
    @Nullable
    Path output;

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the model (default: the name of the data)")
    @Nullable
    private String name;

    @Option(
            names = "--export",
            paramLabel = "FORMAT",
            split = ",",
            splitSynopsisLabel = ",",
            defaultValue = "fp32",
            description =
                    "Formats to export, from ${COMPLETION-CANDIDATES}: fp32 is always written as NAME, the others as"
                            + " models NAME-fp16 (for GPUs) and NAME-int8 (for processors)")
    List<ExportFormat> formats = List.of();

    /**
     * Returns the name that the option gives, otherwise that of the folder of the data, or of its file without {@code .csv}.
     *
     * @throws IllegalArgumentException if it cannot name a folder of models
     */
    String modelName(Path data) {
        String chosen = name != null
                ? name
                : Objects.toString(data.toAbsolutePath().normalize().getFileName(), "")
                        .replaceFirst("(?i)\\.csv$", "");
        try {
            return ModelVersion.requireName(chosen);
        } catch (IllegalArgumentException e) {
            throw name != null
                    ? e
                    : new IllegalArgumentException(
                            e.getMessage() + ", the name of the data: give a name with --name", e);
        }
    }
}
