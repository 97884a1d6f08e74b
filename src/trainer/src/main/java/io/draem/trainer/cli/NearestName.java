package io.draem.trainer.cli;

import io.draem.text.EditDistance;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Suggests names for mistyped ones. picocli's own suggestions compare only the first two letters of options. */
final class NearestName {

    private NearestName() {}

    /** Returns the nearest name by edit distance, if it is near enough for a typing error. */
    static Optional<String> of(String mistyped, Collection<String> names) {
        return names.stream()
                .min(Comparator.comparingInt(name -> EditDistance.between(mistyped, name)))
                .filter(name -> EditDistance.between(mistyped, name) <= Math.max(2, mistyped.length() / 3));
    }

    /**
     * Returns a line for each mistyped option or command of a command line, also if the
     * error is another one: with a mistyped required option the parser reports only that the option is missing.
     */
    static List<String> suggestions(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        List<String> unmatched =
                wrong instanceof UnmatchedArgumentException e ? e.getUnmatched() : command.getUnmatchedArguments();
        List<String> options = command.getCommandSpec().options().stream()
                .flatMap(NearestName::names)
                .toList();
        return unmatched.stream()
                .map(argument -> argument.replaceFirst("=.*", ""))
                .flatMap(argument -> of(
                        argument,
                        argument.startsWith("-")
                                ? options
                                : command.getSubcommands().keySet())
                        .map(name -> "Did you mean " + name + " by '" + argument + "'?")
                        .stream())
                .toList();
    }

    private static Stream<String> names(OptionSpec option) {
        String name = option.longestName();
        return option.negatable() ? Stream.of(name, name.replaceFirst("--", "--no-")) : Stream.of(name);
    }
}
