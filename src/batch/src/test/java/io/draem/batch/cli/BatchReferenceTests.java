package io.draem.batch.cli;

import static io.draem.model.ReferencePage.code;
import static io.draem.model.ReferencePage.prose;
import static io.draem.model.ReferencePage.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.draem.batch.scoring.ScoreSchema;
import io.draem.model.ReferencePage;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The reference of the batch application has its options with their defaults, and the columns, as the code does. */
class BatchReferenceTests {

    private static final List<String> OF_ALL_COMMANDS = List.of("--help", "--version", "--stack-trace");

    @Test
    void listsOptionsAndColumns() throws IOException {
        Map<String, String> parts = new LinkedHashMap<>();
        Main.commandLine()
                .getSubcommands()
                .forEach((name, command) -> parts.put(name, options(command.getCommandSpec())));
        parts.put(
                "columns",
                table(
                        List.of("column", "type", "meaning"),
                        ScoreSchema.own().stream()
                                .map(field -> List.of(
                                        code(field.name()),
                                        field.dataType().typeName().replaceAll("<.*", ""),
                                        field.getComment().get()))
                                .toList()));
        ReferencePage.check("batch.md", parts);
    }

    /** Picocli prints a warning in place of a text with a conversion that it does not know. */
    @Test
    void textsOfTheHelpHaveNoConversions() {
        for (CommandLine command : Main.commandLine().getSubcommands().values()) {
            CommandSpec spec = command.getCommandSpec();
            assertThat(Stream.concat(
                            Arrays.stream(spec.usageMessage().description()),
                            spec.options().stream().flatMap(option -> Arrays.stream(option.description()))))
                    .noneMatch(text -> text.contains("%"));
        }
    }

    private static String options(CommandSpec command) {
        String description = Arrays.stream(command.usageMessage().description())
                .map(ReferencePage::prose)
                .collect(Collectors.joining(" "));
        return description + "\n\n"
                + table(
                        List.of("option", "default", "meaning"),
                        command.options().stream()
                                .filter(option -> !OF_ALL_COMMANDS.contains(option.longestName()))
                                .map(BatchReferenceTests::row)
                                .toList());
    }

    private static List<String> row(OptionSpec option) {
        String meaning = String.join(" ", option.description());
        String label = option.typeInfo().isBoolean() ? "" : " " + option.paramLabel();
        int described = meaning.indexOf(" (default: ");
        String value = option.typeInfo().isBoolean()
                ? "off"
                : option.required()
                        ? "required"
                        : described >= 0
                                ? prose(meaning.substring(described + 11, meaning.length() - 1))
                                : code(option.defaultValue());
        return List.of(
                code(option.longestName() + label),
                value,
                prose(described >= 0 ? meaning.substring(0, described) : meaning));
    }
}
