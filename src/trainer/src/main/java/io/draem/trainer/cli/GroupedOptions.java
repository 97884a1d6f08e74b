package io.draem.trainer.cli;

import java.util.ArrayList;
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
        List<OptionSpec> own = new ArrayList<>(command.options());
        own.removeIf(OptionSpec::hidden);
        if (helpAll != null && !Boolean.TRUE.equals(helpAll.getValue())) {
            own.removeIf(option -> !TrainCommand.COMMON.contains(option.longestName()));
        }
        StringBuilder groups = new StringBuilder();
        for (Map.Entry<String, CommandSpec> mixin : command.mixins().entrySet()) {
            if (mixin.getKey().startsWith("mixin")) {
                continue; // picocli's own with --help and --version
            }
            List<OptionSpec> options = own.stream()
                    .filter(option -> mixin.getValue().findOption(option.longestName()) != null)
                    .toList();
            if (options.isEmpty()) {
                continue;
            }
            own.removeAll(options);
            groups.append(System.lineSeparator())
                    .append(help.colorScheme().text("@|bold " + mixin.getKey() + "|@"))
                    .append(System.lineSeparator())
                    .append(help.optionListExcludingGroups(options));
        }
        return help.optionListExcludingGroups(own) + groups;
    }
}
