package io.draem.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;

/** Compares the reference page of the command line with the options of the commands. */
class CliReferenceTests {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| (`--[^|]*) \\| ([^|]*) \\|");
    private static final Pattern NAME = Pattern.compile("`(--[^ `]+)");
    private static final Pattern LITERAL = Pattern.compile("`[^`]*`");
    private static final Set<String> OF_ALL_COMMANDS = Set.of("--help", "--help-all", "--version", "--stack-trace");
    private static final String ALL_AUGMENTERS = "all ten";

    @ParameterizedTest
    @ValueSource(strings = {"train", "evaluate", "export", "import", "predict"})
    void namesEveryOptionWithItsDefault(String command) throws IOException {
        Map<String, String> documented = new TreeMap<>();
        ROW.matcher(section(command))
                .results()
                .forEach(row -> NAME.matcher(row.group(1).replace("--[no-]", "--"))
                        .results()
                        .forEach(name ->
                                documented.put(name.group(1), row.group(2).strip())));
        Map<String, String> defaults = new TreeMap<>();
        for (OptionSpec option : options(command)) {
            for (String name : option.names()) {
                defaults.put(name, expected(option, documented.getOrDefault(name, "")));
            }
        }
        assertThat(documented).isNotEmpty().isEqualTo(defaults);
    }

    /** Returns the default as the page has to state it; of an option without a default, the page says it in words. */
    private static String expected(OptionSpec option, String documented) {
        String value = option.defaultValue();
        if (option.typeInfo().isBoolean()) {
            return "off";
        }
        if (documented.equals(ALL_AUGMENTERS)) {
            return documented;
        }
        if (value == null) {
            boolean described = !LITERAL.matcher(documented).matches()
                    || String.join(" ", option.description()).contains("(default: " + documented.replace("`", ""));
            return described ? documented : "the default of the description";
        }
        return "`" + value + "`";
    }

    private static List<OptionSpec> options(String command) {
        return Main.commandLine().getSubcommands().get(command).getCommandSpec().options().stream()
                .filter(option -> Arrays.stream(option.names()).noneMatch(OF_ALL_COMMANDS::contains))
                .toList();
    }

    private static String section(String command) throws IOException {
        String page = Files.readString(Path.of("src/docs/reference/cli.md"));
        return Pattern.compile("(?ms)^## " + command + "$(.*?)(?=^## |\\z)")
                .matcher(page)
                .results()
                .map(section -> section.group(1))
                .collect(Collectors.joining());
    }
}
