package io.draem.trainer.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Lists a command's own options, then those of its mixins under the mixins' names. The help of a command that has the
 * option {@code --help-all} is limited to {@link TrainCommand#COMMON} without it.
 */
final class GroupedOptions implements IHelpSectionRenderer {

    static final String HELP_ALL = "--help-all";

    @Override
    public String render(Help help) {
        CommandSpec command = help.commandSpec();
        OptionSpec helpAll = command.findOption(HELP_ALL);
        boolean all = helpAll == null || Boolean.TRUE.equals(helpAll.getValue());
        StringBuilder text = new StringBuilder();
        groups(command).forEach((name, options) -> {
            List<OptionSpec> shown = options.stream()
                    .filter(option -> all || TrainCommand.COMMON.contains(option.longestName()))
                    .toList();
            if (!name.isEmpty() && !shown.isEmpty()) {
                text.append(System.lineSeparator())
                        .append(help.colorScheme().text("@|bold " + name + "|@"))
                        .append(System.lineSeparator());
            }
            text.append(help.optionListExcludingGroups(shown));
        });
        return text.toString();
    }

    /** Returns the options of a command by the name of their mixin; the command's own come first, under the empty name. */
    static Map<String, List<OptionSpec>> groups(CommandSpec command) {
        List<OptionSpec> own = new ArrayList<>(command.options());
        own.removeIf(OptionSpec::hidden);
        Map<String, List<OptionSpec>> groups = new LinkedHashMap<>();
        groups.put("", own);
        command.mixins().forEach((name, mixin) -> {
            if (!name.startsWith("mixin")) { // picocli's own has --help and --version
                List<OptionSpec> options = own.stream()
                        .filter(option -> mixin.findOption(option.longestName()) != null)
                        .toList();
                own.removeAll(options);
                groups.put(name, options);
            }
        });
        return groups;
    }
}
