package io.draem.batch.cli;

import io.draem.batch.BatchException;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** The command line of the batch application. */
@Command(
        name = "draem-batch",
        description = "Scores archives of images with DRÆM models, on one machine or a Spark cluster.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed; the last line states the reason", "2:the command line is wrong"},
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {ScoreCommand.class, CompareCommand.class, SweepCommand.class})
public final class Main {

    @Option(
            names = "--stack-trace",
            description = "Print the stack trace of an error",
            scope = CommandLine.ScopeType.INHERIT)
    private boolean stackTrace;

    /** Whether a signal ends the process: what fails then has no other cause. */
    private static volatile boolean ending;

    private Main() {}

    /** Runs the command; where it fails, ends the process with one of the statuses above. */
    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ENGLISH); // numbers are formatted with digits 0 to 9
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ending = true, "draem-ending"));
        int status = commandLine().execute(arguments);
        if (status != 0) { // a driver in a cluster that returns has succeeded
            System.exit(status);
        }
    }

    static CommandLine commandLine() {
        Main main = new Main();
        return new CommandLine(main)
                .setUsageHelpWidth(120)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, arguments) -> {
                    CommandLine command = e.getCommandLine();
                    command.getErr().println(command.getColorScheme().errorText(e.getMessage()));
                    command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
                    return command.getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    if (ending) {
                        command.getErr().println("draem-batch: stopped before the end");
                        return command.getCommandSpec().exitCodeOnExecutionException();
                    }
                    String message = e.getMessage() == null ? e.toString() : e.getMessage();
                    command.getErr().println(command.getColorScheme().errorText("draem-batch: " + message));
                    if (main.stackTrace || !(e instanceof BatchException || e instanceof IOException)) {
                        e.printStackTrace(command.getErr());
                    }
                    return command.getCommandSpec().exitCodeOnExecutionException();
                });
    }

    /** The output of {@code --version}. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"draem-batch " + (version == null ? "development" : version)};
        }
    }
}
