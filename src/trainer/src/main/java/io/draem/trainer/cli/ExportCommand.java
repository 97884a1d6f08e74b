package io.draem.trainer.cli;

import io.draem.frame.FrameSize;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.score.ThresholdRule;
import io.draem.trainer.data.RegionFile;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.network.ImageScore;
import io.draem.trainer.onnxexport.ExportFormat;
import io.draem.trainer.onnxexport.ExportRefusedException;
import io.draem.trainer.training.Recipe;
import io.draem.trainer.workflow.ExportRun;
import io.draem.trainer.workflow.StoppedBySignalException;
import io.draem.trainer.workflow.TrainerException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code export}: a checkpoint as graphs for the service. */
@Command(
        name = "export",
        description = {
            "Writes a checkpoint as graphs that the service runs: OUTPUT/NAME/VERSION/{model.onnx,metrics.json}, with"
                    + " --data a report.html too.",
            "Formats other than fp32 are separate models: NAME-fp16 (for GPUs), NAME-int8 (for CPUs)."
        },
        sortOptions = false,
        showDefaultValues = true,
        mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin(name = "Thresholds and regions (default: the checkpoint's)")
    private final ThresholdArguments thresholds = new ThresholdArguments();

    @Option(
            names = "--checkpoint",
            required = true,
            paramLabel = "FILE",
            description = "checkpoint.safetensors of a training or an import")
    @SuppressWarnings("NullAway.Init")
    private Path checkpoint;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Model directory to write into")
    @SuppressWarnings("NullAway.Init")
    private Path output;

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the model (default: the checkpoint's)")
    private @Nullable String name;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            split = ",",
            defaultValue = "fp32",
            description = "Formats, from ${COMPLETION-CANDIDATES}")
    private List<ExportFormat> formats = List.of();

    @Option(
            names = "--image-score",
            paramLabel = "RULE",
            description = "Image score inside the graph: ${COMPLETION-CANDIDATES} (default: the checkpoint's); another"
                    + " one needs --data",
            showDefaultValue = Visibility.NEVER)
    private @Nullable ImageScore imageScore;

    @Option(
            names = "--map-smoothing",
            paramLabel = "PIXELS",
            description = "Standard deviation of a Gaussian over the anomaly map inside the graph, 0 for none (default:"
                    + " the checkpoint's); another one needs --data",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double mapSmoothing;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Images of the training, as train takes them: thresholds are found again with each graph, by"
                    + " the checkpoint's rule or --threshold-rule, and int8 takes its ranges from them. Without it the"
                    + " checkpoint's thresholds stay, or are those of --threshold-image and --threshold-pixel")
    private @Nullable Path data;

    @Mixin(name = "Image files")
    private final ImageArguments manifest = new ImageArguments();

    @Option(
            names = "--skip-unreadable",
            description = "Continue without files that cannot be used, and list them",
            showDefaultValue = Visibility.NEVER)
    private boolean skipUnreadable;

    @Option(
            names = "--anomaly-source",
            paramLabel = "DIR",
            description = "Texture images that the model was trained with, if any")
    private @Nullable Path anomalySource;

    @Option(
            names = "--image-size",
            paramLabel = "WIDTH[,HEIGHT]",
            converter = ImageSizeConverter.class,
            description =
                    "Size of the input in pixels; one number for a square (default: the checkpoint's; required if it"
                            + " does not record it)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable FrameSize imageSize;

    @Option(
            names = "--region-of-interest",
            paramLabel = "FILE|" + Recipe.REQUEST_REGION,
            description = "Part of the images that counts: " + RegionArguments.FORMS
                    + "; request: each request of the service has its own (default: the checkpoint's); needs --data",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String region;

    @Option(
            names = "--calibration-images",
            paramLabel = "N",
            defaultValue = "" + ExportRun.CALIBRATION_IMAGES,
            description = "Images that the ranges of int8 activations are measured on, half of them with an anomaly")
    private int calibrationImages;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of libtorch and ONNX Runtime (default: the number of processors)",
            showDefaultValue = Visibility.NEVER)
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call()
            throws IOException, InterruptedException, ExportRefusedException, GraphRefusedException, TrainerException,
                    StoppedBySignalException {
        ExportRun run;
        try {
            requireOptions();
            manifest.limits.use();
            run = ExportRun.of(options());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        run.execute(spec.commandLine().getOut(), spec.commandLine().getErr());
        return 0;
    }

    private void requireOptions() {
        if (threads < 1 || calibrationImages < 1) {
            throw new IllegalArgumentException("--threads and --calibration-images must be at least 1");
        }
        if (data == null && formats.contains(ExportFormat.INT8)) {
            throw new IllegalArgumentException(
                    "--format int8 needs --data: it takes the ranges of its activations from images");
        }
        if (data == null && region != null) {
            throw new IllegalArgumentException(
                    "--region-of-interest needs --data: other thresholds are found for other pixels");
        }
    }

    private ExportRun.Options options() throws IOException {
        return new ExportRun.Options(
                checkpoint,
                output,
                name,
                formats,
                new ExportRun.Outputs(imageScore, mapSmoothing),
                thresholds(),
                thresholds.minRegionArea(),
                imageSize,
                region == null
                        ? null
                        : new ExportRun.Region(
                                region.equals(Recipe.REQUEST_REGION) ? null : RegionFile.read(Path.of(region))),
                data == null ? null : new ExportRun.Images(data, manifest.images, anomalySource, skipUnreadable),
                calibrationImages,
                threads,
                Main.invocation(spec));
    }

    /** Returns how thresholds are found; the defaults without options. */
    private ThresholdOptions thresholds() {
        ThresholdOptions requested = thresholds.options();
        ThresholdRule rule = requested.rule();
        if (rule != null && rule != ThresholdRule.MANUAL && data == null) {
            throw new IllegalArgumentException("--threshold-rule " + rule.id()
                    + " needs --data: it finds thresholds on images; --threshold-image gives one without");
        }
        return requested;
    }
}
