package io.draem.trainer;

import io.draem.image.ImageException;
import io.draem.model.ModelCardException;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.export.ExportRefusedException;
import io.draem.trainer.synthesis.Augmenter;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The trainer's command line. */
@Command(
        name = "draem-trainer",
        description = "Trains DRÆM surface-anomaly models and evaluates them.",
        mixinStandardHelpOptions = true,
        versionProvider = TrainerVersion.class,
        subcommands = {TrainCommand.class, EvaluateCommand.class})
public final class Main {

    @Option(
            names = "--stack-trace",
            description = "Print the stack trace of an error",
            scope = CommandLine.ScopeType.INHERIT)
    private boolean stackTrace;

    /** Runs the command and ends the process: 0 done, 1 failed, 2 the command line is wrong, 130 or 143 stopped. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        Main main = new Main();
        return new CommandLine(main)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(120)
                .registerConverter(ValidationSplit.class, text -> constant(ValidationSplit.class, text))
                .registerConverter(Augmenter.class, text -> constant(Augmenter.class, text))
                .setParameterExceptionHandler((e, arguments) -> {
                    CommandLine command = e.getCommandLine();
                    command.getErr().println(command.getColorScheme().errorText(e.getMessage()));
                    command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
                    return command.getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    if (e instanceof TrainingStoppedException stopped) {
                        command.getErr().println(stopped.getMessage());
                        return stopped.status();
                    }
                    command.getErr().println(command.getColorScheme().errorText("draem-trainer: " + sentence(e)));
                    if (main.stackTrace || !isForPeople(e)) {
                        e.printStackTrace(command.getErr());
                    }
                    return command.getCommandSpec().exitCodeOnExecutionException();
                });
    }

    /** Reads the constants of an enum by what their {@code toString} says, which is what {@code --help} shows. */
    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        for (E constant : type.getEnumConstants()) {
            if (constant.toString().equalsIgnoreCase(text)) {
                return constant;
            }
        }
        throw new CommandLine.TypeConversionException(
                "'" + text + "' is none of " + Arrays.toString(type.getEnumConstants()));
    }

    private static boolean isForPeople(Exception e) {
        return e instanceof IOException
                || e instanceof ImageException
                || e instanceof ModelCardException
                || e instanceof ExportRefusedException
                || e instanceof TrainerException;
    }

    static String sentence(Exception e) {
        if (e instanceof NoSuchFileException) {
            return "There is no file or folder '" + e.getMessage() + "'";
        }
        if (e instanceof FileSystemException) {
            return "Cannot use " + e.getMessage();
        }
        return e.getMessage() != null ? e.getMessage() : e.toString();
    }
}
