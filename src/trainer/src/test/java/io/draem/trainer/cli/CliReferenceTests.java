package io.draem.trainer.cli;

import static io.draem.model.ReferencePage.code;
import static io.draem.model.ReferencePage.prose;
import static io.draem.model.ReferencePage.table;

import io.draem.model.ReferencePage;
import io.draem.trainer.table.Column;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The reference of the command line lists commands, options with their defaults, and exit codes as the help does. */
class CliReferenceTests {

    private static final Pattern DEFAULT = Pattern.compile(" ?\\(default(?: in export)?: ([^()]*)\\)");
    private static final String REQUIRED = ", required";
    private static final List<String> OF_ALL_COMMANDS = List.of("--help", "--help-all", "--version", "--stack-trace");
    private static final List<String> HEADER = List.of("option", "default", "meaning");

    @Test
    void listsCommandsOptionsAndExitCodes() throws IOException {
        CommandLine all = Main.commandLine();
        Map<String, String> parts = new LinkedHashMap<>();
        List<List<String>> commands = new ArrayList<>();
        all.getSubcommands().forEach((name, command) -> {
            commands.add(List.of("[" + code(name) + "](#" + name + ")", prose(description(command)[0])));
            parts.put(name, options(command.getCommandSpec()));
        });
        parts.put("commands", table(List.of("command", "description"), commands));
        List<List<String>> codes = new ArrayList<>();
        all.getCommandSpec()
                .usageMessage()
                .exitCodeList()
                .forEach((code, meaning) -> codes.add(List.of(code, prose(meaning))));
        parts.put("exit codes", table(List.of("code", "meaning"), codes));
        parts.put(
                "columns",
                table(
                        List.of("column", "type", "meaning"),
                        Column.ALL.stream()
                                .map(column -> List.of(
                                        code(column.name()), column.type().toString(), column.description()))
                                .toList()));
        ReferencePage.check("cli.md", parts);
    }

    private static String[] description(CommandLine command) {
        return command.getCommandSpec().usageMessage().description();
    }

    /** Returns what the command does, and a table for its own parameters and options and one for each group. */
    private static String options(CommandSpec command) {
        StringBuilder text = new StringBuilder(Arrays.stream(description(command.commandLine()))
                        .map(ReferencePage::prose)
                        .collect(Collectors.joining(" ")))
                .append("\n\n");
        GroupedOptions.groups(command).forEach((name, options) -> {
            List<List<String>> rows = new ArrayList<>();
            if (name.isEmpty()) {
                command.positionalParameters()
                        .forEach(parameter -> rows.add(row(code(parameter.paramLabel()), parameter)));
            }
            options.stream()
                    .filter(option -> !OF_ALL_COMMANDS.contains(option.longestName()))
                    .forEach(option -> rows.add(row(names(option), option)));
            if (!rows.isEmpty()) {
                text.append(name.isEmpty() ? "" : "### " + name + "\n\n")
                        .append(table(HEADER, rows))
                        .append('\n');
            }
        });
        return text.toString();
    }

    private static String names(OptionSpec option) {
        String label = option.typeInfo().isBoolean()
                ? ""
                : " " + option.paramLabel() + (option.splitRegex().isEmpty() || option.hideParamSyntax() ? "" : ",...");
        return Arrays.stream(option.names())
                .map(name -> code((option.negatable() ? name.replace("--", "--[no-]") : name) + label))
                .collect(Collectors.joining(", "));
    }

    private static List<String> row(String name, ArgSpec argument) {
        String meaning = String.join(" ", argument.description());
        Matcher described = DEFAULT.matcher(meaning);
        if (argument.typeInfo().isBoolean()) {
            return List.of(name, "off", prose(meaning));
        } else if (argument.required()) {
            return List.of(name, "required", prose(meaning));
        } else if (argument.defaultValue() != null) {
            return List.of(name, code(argument.defaultValue()), prose(meaning));
        } else if (described.find()) {
            return List.of(name, prose(described.group(1)), prose(described.replaceFirst("")));
        }
        boolean required = meaning.contains(REQUIRED);
        return List.of(name, required ? "required" : "none", prose(meaning.replace(REQUIRED, "")));
    }
}
