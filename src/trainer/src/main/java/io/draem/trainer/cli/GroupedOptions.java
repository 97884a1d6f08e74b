package io.draem.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Lists a command's options in {@code --help} under the names of its mixins, in their order; the others at the end. */
final class GroupedOptions implements IHelpSectionRenderer {

    @Override
    public String render(Help help) {
        StringBuilder text = new StringBuilder();
        List<OptionSpec> others = new ArrayList<>(help.commandSpec().options());
        for (Map.Entry<String, CommandSpec> mixin : help.commandSpec().mixins().entrySet()) {
            if (mixin.getKey().startsWith("mixin")) {
                continue; // picocli's own for --help
            }
            List<OptionSpec> options = others.stream()
                    .filter(option -> mixin.getValue().findOption(option.longestName()) != null)
                    .toList();
            others.removeAll(options);
            text.append(System.lineSeparator())
                    .append(help.colorScheme().text("@|bold " + mixin.getKey() + "|@"))
                    .append(System.lineSeparator());
            text.append(help.optionListExcludingGroups(options));
        }
        others.removeIf(OptionSpec::hidden);
        return text.append(System.lineSeparator())
                .append(help.optionListExcludingGroups(others))
                .toString();
    }
}
