package io.draem.trainer.cli;

import io.draem.trainer.data.WhiteLevel;
import io.draem.trainer.training.Recipe;
import io.draem.trainer.workflow.TrainingRun;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code train}: options of the {@link Recipe}, the data and the exported model. */
@Command(
        name = "train",
        description = {
            "Trains a model on normal images with synthetic anomalies.",
            "Writes model.onnx, metrics.json, checkpoint.safetensors and report.html to OUTPUT/NAME/VERSION.",
            "Parentheses name the source of a default: 'paper' is arXiv 2108.07610 with its official repository."
        },
        sortOptions = false,
        abbreviateSynopsis = true,
        showDefaultValues = true)
final class TrainCommand implements Callable<Integer> {

    /** Options in {@code --help}; {@code --help-all} lists the others too. */
    static final Set<String> COMMON = Set.of(
            "--help",
            GroupedOptions.HELP_ALL,
            "--preset",
            "--config",
            "--data",
            "--anomaly-source",
            "--skip-unreadable",
            "--white-level",
            "--output",
            "--name",
            "--export",
            "--image-size",
            "--tiles",
            "--scale",
            "--region-of-interest",
            "--base-width",
            "--start-from",
            "--epochs",
            "--steps",
            "--batch-size",
            "--learning-rate",
            "--self-textures",
            "--rotate-normals",
            "--validation",
            "--threshold-rule",
            "--resume",
            "--restart",
            "--seed",
            "--device",
            "--threads");

    private static final String UNNAMED = "data";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show the options that are set most often and exit")
    private boolean help;

    @Option(names = GroupedOptions.HELP_ALL, description = "Show all options and exit")
    private boolean helpAll;

    @Mixin(name = "Files of options")
    private final ConfigArguments config = new ConfigArguments();

    @Mixin(name = "Data")
    private final DataArguments data = new DataArguments();

    @Mixin(name = "Model")
    private final OutputArguments output = new OutputArguments();

    @Mixin(name = "Images")
    private final FrameArguments frames = new FrameArguments();

    @Mixin(name = "Network")
    private final NetworkArguments network = new NetworkArguments();

    @Mixin(name = "Training")
    private final OptimizerArguments optimizer = new OptimizerArguments();

    @Mixin(name = "Synthetic anomalies")
    private final SynthesisArguments synthesis = new SynthesisArguments();

    @Mixin(name = "Calibration")
    private final CalibrationArguments calibration = new CalibrationArguments();

    @Mixin(name = "Validation during the training")
    private final SelectionArguments selection = new SelectionArguments();

    @Mixin(name = "Checkpoints")
    private final CheckpointArguments checkpoints = new CheckpointArguments();

    @Mixin(name = "Experiment tracking")
    private final TrackingArguments tracking = new TrackingArguments();

    @Mixin(name = "This run")
    private final RunArguments run = new RunArguments();

    @Override
    public Integer call() throws Exception {
        if (helpAll) {
            spec.commandLine().usage(spec.commandLine().getOut());
            return 0;
        }
        TrainingRun training;
        try {
            requireOneOf("--epochs", "--steps");
            requireOneOf("--image-size", "--tiles");
            data.files.limits.use();
            if (config.printConfig) {
                // Validates as a run does, except that --data and --output may be missing.
                trainingRun(
                        data.data == null ? Path.of(UNNAMED) : data.data,
                        output.output == null ? Path.of("") : output.output);
                spec.commandLine().getOut().print(OptionFile.write(OptionLayers.resolved(spec)));
                spec.commandLine().getOut().flush();
                return 0;
            }
            training = trainingRun(required("--data", data.data), required("--output", output.output));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
        training.execute(spec.commandLine().getOut(), spec.commandLine().getErr());
        return 0;
    }

    private void requireOneOf(String one, String other) {
        ParseResult given = spec.commandLine().getParseResult();
        if (given.hasMatchedOption(one) && given.hasMatchedOption(other)) {
            throw new IllegalArgumentException(one + " and " + other + " exclude each other: give one");
        }
    }

    private TrainingRun trainingRun(Path images, Path models) {
        return new TrainingRun(
                images,
                data.files.images,
                models,
                output.modelName(images),
                data.anomalySource,
                data.skipUnreadable,
                network.startFrom,
                frames.regionFile(),
                WhiteLevel.parse(data.whiteLevel),
                run.device.resolve(),
                run.threads(),
                data.dataThreads(),
                recipe(),
                checkpoints.schedule(),
                checkpoints.unfinished(),
                calibration.thresholds(),
                calibration.minRegionArea(),
                output.formats,
                tracking.options(),
                Main.invocation(spec));
    }

    private static Path required(String option, @Nullable Path value) {
        if (value == null) {
            throw new IllegalArgumentException(option + " is missing: give it here or in the --config file");
        }
        return value;
    }

    private Recipe recipe() {
        if (network.startFrom == null) {
            network.initialization.requireFits(network.network());
        }
        return new Recipe(
                frames.input(),
                frames.tiling(),
                frames.requestRegion(),
                network.network(),
                network.initialization,
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
}
