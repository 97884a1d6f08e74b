package io.draem.trainer.cli;

import picocli.CommandLine;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * Runs the command that the command line names. Where it names a {@code --config} or {@code --preset}, the same command
 * line is parsed once more with their values as defaults.
 */
final class LayeredExecution implements IExecutionStrategy {

    private final IExecutionStrategy then = new RunLast();

    @Override
    public int execute(ParseResult parsed) {
        ParseResult chosen = parsed.subcommand();
        if (chosen == null || chosen.commandSpec().findOption(OptionLayers.CONFIG) == null) {
            return then.execute(parsed);
        }
        CommandLine command = chosen.commandSpec().commandLine();
        OptionLayers layers;
        try {
            layers = OptionLayers.of(chosen);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, String.valueOf(e.getMessage()), e);
        }
        if (layers.isEmpty()) {
            return then.execute(parsed);
        }
        command.setDefaultValueProvider(layers);
        ParseResult layered = parse(parsed, layers);
        layers.notes().forEach(command.getErr()::println);
        return then.execute(layered);
    }

    /** Parses again; the command line itself is valid, so that an error comes from a layer. */
    private static ParseResult parse(ParseResult parsed, OptionLayers layers) {
        try {
            return parsed.commandSpec()
                    .commandLine()
                    .parseArgs(parsed.originalArgs().toArray(String[]::new));
        } catch (ParameterException e) {
            ArgSpec argument = e.getArgSpec();
            String origin = argument == null ? null : layers.origin(argument);
            throw new ParameterException(
                    e.getCommandLine(), origin == null ? e.getMessage() : origin + ": " + e.getMessage(), e);
        }
    }
}
