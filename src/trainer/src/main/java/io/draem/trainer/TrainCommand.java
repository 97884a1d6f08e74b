package io.draem.trainer;

import io.draem.trainer.training.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code train}: its options are the knobs of {@link Recipe} and where data comes from and the model goes. */
@Command(
        name = "train",
        description = {
            "Trains a model on normal images and writes OUTPUT/NAME/VERSION/{model.onnx,metrics.json,checkpoint.safetensors}.",
            "DATA has the layout of MVTec AD: train/good, test/good, test/<defect>, ground_truth/<defect>."
        },
        sortOptions = false,
        showDefaultValues = true,
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final DataArguments data = new DataArguments();

    @Mixin
    private final OutputArguments output = new OutputArguments();

    @Mixin
    private final NetworkArguments network = new NetworkArguments();

    @Mixin
    private final OptimizerArguments optimizer = new OptimizerArguments();

    @Mixin
    private final SynthesisArguments synthesis = new SynthesisArguments();

    @Mixin
    private final CalibrationArguments calibration = new CalibrationArguments();

    @Mixin
    private final SelectionArguments selection = new SelectionArguments();

    @Mixin
    private final CheckpointArguments checkpoints = new CheckpointArguments();

    @Mixin
    private final RunArguments run = new RunArguments();

    @Override
    public Integer call() throws Exception {
        trainingRun().execute(spec.commandLine().getOut(), spec.commandLine().getErr());
        return 0;
    }

    private TrainingRun trainingRun() {
        try {
            if (run.threads < 1 || data.dataThreads < 1) {
                throw new IllegalArgumentException("--threads and --data-threads must be at least 1");
            }
            return new TrainingRun(
                    data.data,
                    output.output,
                    output.modelName(data.data),
                    data.anomalySource,
                    run.threads,
                    data.dataThreads,
                    recipe(),
                    checkpoints.schedule(),
                    checkpoints.unfinished(),
                    resumeCommand());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private Recipe recipe() {
        return new Recipe(
                network.imageSize,
                network.network(),
                optimizer.loss(),
                optimizer.length(),
                optimizer.optimizer(),
                optimizer.precision(),
                synthesis.synthesis(),
                calibration.validation(),
                calibration.batchNorm(),
                run.seed,
                selection.selection());
    }

    /** Returns this command line with {@code --resume}, ready to be pasted into a shell. */
    private String resumeCommand() {
        List<String> given =
                new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
        given.removeIf(argument -> argument.equals("--restart"));
        if (!given.contains("--resume")) {
            given.add("--resume");
        }
        String program = System.getProperty("sun.java.command", "").split(" ")[0];
        return (program.endsWith(".jar")
                        ? "java -jar " + quoted(program)
                        : spec.root().name()) + " "
                + given.stream().map(TrainCommand::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String argument) {
        return argument.matches("[\\w@%+=:,./-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
