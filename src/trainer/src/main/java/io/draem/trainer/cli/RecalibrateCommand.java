package io.draem.trainer.cli;

import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.trainer.workflow.Recalibration;
import io.draem.trainer.workflow.StoppedBySignalException;
import io.draem.trainer.workflow.TrainerException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code recalibrate}: new thresholds of a graph. */
@Command(
        name = "recalibrate",
        description = {
            "Finds new thresholds for a published graph on labeled images, without training, and writes it as the next"
                    + " version of its model.",
            "Prints the verdicts before and after, and those on each fifth of the images by thresholds from the other"
                    + " four, which is what to expect of new images.",
            "The images must be a fair sample of what the model sees: of images that were kept because they are near"
                    + " the threshold, false alarms are too frequent."
        },
        sortOptions = false,
        showDefaultValues = true,
        mixinStandardHelpOptions = true)
final class RecalibrateCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--model", required = true, paramLabel = "FILE", description = "Exported graph (model.onnx)")
    @SuppressWarnings("NullAway.Init")
    private Path model;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Labeled images as train takes them; all of them, whatever part of the data they are in")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Mixin(name = "Image files")
    private final ImageArguments manifest = new ImageArguments();

    @Option(names = "--skip-unreadable", description = "Continue without files that cannot be used, and list them")
    private boolean skipUnreadable;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Model directory to write into")
    @SuppressWarnings("NullAway.Init")
    private Path output;

    @Mixin(name = "Thresholds")
    private final ThresholdArguments thresholds = new ThresholdArguments();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of ONNX Runtime (default: the number of processors)",
            showDefaultValue = Visibility.NEVER)
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call()
            throws IOException, InterruptedException, GraphRefusedException, TrainerException,
                    StoppedBySignalException {
        Recalibration run;
        try {
            RunArguments.atLeastOne("--threads", threads);
            manifest.limits.use();
            run = new Recalibration(
                    model,
                    data,
                    manifest.images,
                    skipUnreadable,
                    output,
                    thresholds.options(),
                    thresholds.minRegionArea(),
                    threads,
                    Main.invocation(spec));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        run.execute(spec.commandLine().getOut(), spec.commandLine().getErr());
        return 0;
    }
}
