package io.draem.trainer.cli;

import io.draem.image.ImageException;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.text.FileNameEncoding;
import io.draem.text.NativeLibrary;
import io.draem.trainer.onnxexport.ExportRefusedException;
import io.draem.trainer.workflow.Invocation;
import io.draem.trainer.workflow.StoppedBySignalException;
import io.draem.trainer.workflow.TrainerException;
import io.draem.trainer.workflow.TrainerVersion;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.time.Clock;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;

/** The trainer's command line. */
@Command(
        name = "draem-trainer",
        description = "Trains DRÆM surface-anomaly models, imports, evaluates, exports and runs them.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed; the last line states the reason",
            "2:the command line is wrong",
            "3:predict: completed, except for images that cannot be read",
            "129:stopped by SIGHUP; train has saved a checkpoint, predict has kept its lines for --resume,"
                    + " export, import and recalibrate left no incomplete version",
            "130:stopped by SIGINT (Ctrl-C), likewise",
            "143:stopped by SIGTERM, likewise"
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            TrainCommand.class,
            EvaluateCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            PredictCommand.class,
            RecalibrateCommand.class
        })
public final class Main {

    @Option(
            names = "--stack-trace",
            description = "Print the stack trace of an error",
            scope = CommandLine.ScopeType.INHERIT)
    private boolean stackTrace;

    private final Clock clock;

    private Main(Clock clock) {
        this.clock = clock;
    }

    /** Returns the command line of a command, with the time of this command line's clock. */
    static Invocation invocation(CommandSpec command) {
        CommandSpec root = command.root();
        Clock clock = root.userObject() instanceof Main main ? main.clock : Clock.systemUTC();
        return Invocation.of(root.name(), root.commandLine().getParseResult().originalArgs(), clock.instant());
    }

    /** Runs the command and ends the process with one of the statuses above. */
    public static void main(String[] arguments) {
        // Libraries format numbers with the default locale, whose digits may not be 0 to 9.
        Locale.setDefault(Locale.ENGLISH);
        // The runtime logs choices among GPUs, which the trainer does not use: without a provider, SLF4J would warn of
        // it.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        CommandLine command = commandLine();
        if (FileNameEncoding.isAscii()) { // otherwise characters outside ASCII are printed as question marks
            System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
            command.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
            command.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        }
        for (String argument : arguments) {
            if (FileNameEncoding.isLost(argument)) {
                System.err.println("draem-trainer: " + FileNameEncoding.explain(argument));
                System.exit(1);
            }
        }
        try {
            System.exit(command.execute(arguments));
        } catch (LinkageError e) {
            boolean cuda = Main.class.getResource("/org/bytedeco/cuda/global/cudart.class") != null;
            System.err.println(notLoaded(NativeLibrary.platform(), cuda, e));
            System.exit(1);
        } catch (OutOfMemoryError e) {
            System.err.println(outOfMemory(e));
            System.exit(1);
        }
    }

    /**
     * Returns a sentence on a native library that is missing or does not load.
     *
     * @param cuda whether the trainer is built with the profile {@code cuda}
     */
    static String notLoaded(String platform, boolean cuda, LinkageError e) {
        return "draem-trainer: "
                + Stream.of(NativeLibrary.LIBTORCH, NativeLibrary.ONNX_RUNTIME)
                        .flatMap(library -> library.missing(platform).stream())
                        .findFirst()
                        .orElseGet(() -> "libtorch or ONNX Runtime cannot be loaded (" + e + "): "
                                + (cuda
                                        ? "this trainer, built with the Maven profile cuda, needs CUDA 13 and cuDNN 9 on"
                                                + " the machine, or build it without the profile"
                                        : "build the trainer on " + platform
                                                + ", as a build holds the libraries of the platform it runs on"));
    }

    /** Returns a sentence on the memory of the heap, or of libtorch, whose limit is derived from that of the heap. */
    static String outOfMemory(OutOfMemoryError e) {
        return "draem-trainer: There is not enough memory (" + e.getMessage() + "; the heap may take "
                + (Runtime.getRuntime().maxMemory() >> 20)
                + " MB): start java with a larger -Xmx, or use smaller images, batches or networks";
    }

    static CommandLine commandLine() {
        return commandLine(Clock.systemUTC());
    }

    static CommandLine commandLine(Clock clock) {
        Main main = new Main(clock);
        CommandLine all = new CommandLine(main)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(120)
                .setExecutionStrategy(new LayeredExecution())
                .setParameterExceptionHandler((e, arguments) -> {
                    CommandLine command = e.getCommandLine();
                    command.getErr().println(command.getColorScheme().errorText(e.getMessage()));
                    NearestName.suggestions(e).forEach(command.getErr()::println);
                    command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
                    return command.getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((thrown, command, parsed) -> {
                    Exception e = unwrapped(thrown);
                    if (e instanceof StoppedBySignalException stopped) {
                        command.getErr().println(stopped.getMessage());
                        return stopped.status();
                    }
                    command.getErr()
                            .println(command.getColorScheme()
                                    .errorText("draem-trainer: " + TrainerException.sentence(e)));
                    if (main.stackTrace || !isForPeople(e)) {
                        e.printStackTrace(command.getErr());
                    }
                    return command.getCommandSpec().exitCodeOnExecutionException();
                });
        OptionValues.register(all);
        all.getSubcommands()
                .values()
                .forEach(command -> command.getHelpSectionMap()
                        .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new GroupedOptions()));
        return all;
    }

    private static Exception unwrapped(Exception e) {
        return e instanceof UncheckedIOException wrapper
                ? Objects.requireNonNull(wrapper.getCause(), "every such exception has a cause")
                : e;
    }

    private static boolean isForPeople(Exception e) {
        return e instanceof IOException
                || e instanceof InvalidPathException
                || e instanceof ImageException
                || e instanceof GraphRefusedException
                || e instanceof ExportRefusedException
                || e instanceof TrainerException;
    }

    /** The output of {@code --version}. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"draem-trainer " + TrainerVersion.current()};
        }
    }
}
