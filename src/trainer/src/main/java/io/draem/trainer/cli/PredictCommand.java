package io.draem.trainer.cli;

import io.draem.overlay.Pictures;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.score.RegionOptions;
import io.draem.trainer.data.FileTree;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.workflow.Predictions;
import io.draem.trainer.workflow.StopSignals;
import io.draem.trainer.workflow.StoppedBySignalException;
import io.draem.trainer.workflow.TrainerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code predict}: verdicts and pictures for a folder of images. */
@Command(
        name = "predict",
        description = {
            "Runs a graph over all images below a folder and writes verdicts and pictures.",
            "OUTPUT/predictions.jsonl has one JSON object per line and image, with the fields of the service's /v1/detect;"
                    + " the pictures of an anomalous IMAGE are OUTPUT/IMAGE.overlay.png and OUTPUT/IMAGE.mask.png.",
            "Pictures of an image that is examined replace those of an earlier run one by one, and those that are not"
                    + " written again are deleted; those of images that --resume skips stay as they are."
                    + " predictions.jsonl appears when all images are done; until then their lines are in"
                    + " predictions.jsonl.part, from which --resume continues a run that was stopped or killed.",
            "Graphs exported by anomalib are supported."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all images were examined",
            "1:the command failed",
            "2:the command line is wrong",
            "3:all images were examined but some that could not be read, or that the model failed on"
        },
        sortOptions = false,
        showDefaultValues = true,
        mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {

    private static final int SOME_UNREADABLE = 3;

    /** Threads that decode, and as many that write pictures: fewer than those of the model, which has the most to do. */
    private static final int MOST_DATA_THREADS = 8;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--model", required = true, paramLabel = "FILE", description = "Exported graph (model.onnx)")
    @SuppressWarnings("NullAway.Init")
    private Path model;

    @Option(names = "--images", required = true, paramLabel = "DIR", description = "Folder of images, at any depth")
    @SuppressWarnings("NullAway.Init")
    private Path images;

    @Mixin(name = "Image files")
    private final ImageArguments.Limits limits = new ImageArguments.Limits();

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Folder to write into")
    @SuppressWarnings("NullAway.Init")
    private Path output;

    @Option(
            names = "--threshold",
            paramLabel = "SCORE",
            description = "Raw image score above which an image is anomalous (default: the model's)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double threshold;

    @Option(
            names = {"--min-region-area", "--min-area"},
            paramLabel = "PIXELS",
            description = "Smallest number of pixels in a region (default: the model's, else "
                    + RegionOptions.DEFAULT_MIN_AREA + ")",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Integer minArea;

    @Mixin(name = "Region of interest")
    private final RegionArguments region = new RegionArguments();

    @Option(
            names = "--resume",
            description = "Continue an earlier run: skip each image that has a verdict in OUTPUT/predictions.jsonl or"
                    + " predictions.jsonl.part and has not changed since in size or time, if model, threshold,"
                    + " smallest region and region of interest are the same and the wanted pictures are there. All"
                    + " other images are examined, including those that failed")
    private boolean resume;

    @Option(
            names = "--output-format",
            paramLabel = "FORMAT",
            defaultValue = "jsonl",
            description =
                    "csv or parquet: write the table OUTPUT/predictions.csv or OUTPUT/predictions.parquet too when"
                            + " all images are done; jsonl: none. Tables of earlier runs are replaced or deleted then")
    private Predictions.Format format = Predictions.Format.JSONL;

    @Option(
            names = "--overlays",
            paramLabel = "WHICH",
            defaultValue = "anomalous",
            description = "Images of which IMAGE.overlay.png and IMAGE.mask.png are written: anomalous, all, none")
    private Pictures.Overlays overlays = Pictures.Overlays.ANOMALOUS;

    @Option(names = "--maps", description = "Write IMAGE.map.png too: the raw map, 16 bits gray, where 65535 is 1.0")
    private boolean maps;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "4",
            description = "Largest number of images, or tiles of an image, per run of the graph")
    private int batchSize;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of ONNX Runtime (default: the number of processors)",
            showDefaultValue = Visibility.NEVER)
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException, GraphRefusedException, TrainerException, StoppedBySignalException {
        if (threads < 1 || batchSize < 1 || (minArea != null && minArea < 1)) {
            throw new ParameterException(
                    spec.commandLine(), "--threads, --batch-size and --min-region-area must be at least 1");
        }
        if (threshold != null && !Double.isFinite(threshold)) {
            throw new ParameterException(spec.commandLine(), "--threshold must be a number, not " + threshold);
        }
        if (Files.isDirectory(model)) {
            throw new TrainerException("--model " + model + " is a folder: name the model.onnx in it");
        }
        try {
            limits.use();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        FileTree tree = FileTree.ofImages(images);
        if (tree.contains(Files.createDirectories(output))) {
            throw new TrainerException("--output " + output + " is in --images " + images
                    + ": the next run would read its pictures as images. Name a folder elsewhere");
        }
        tree.notes().forEach(spec.commandLine().getErr()::println);
        spec.commandLine().getErr().flush();
        try (StopSignals signals = StopSignals.handle(spec.commandLine().getErr());
                GraphDetector detector = GraphDetector.open(model, threads, batchSize)) {
            Predictions predictions = new Predictions(
                    detector,
                    images,
                    output,
                    new Predictions.Options(
                            threshold,
                            minArea,
                            region.read(detector.card()),
                            format,
                            new Pictures(overlays, maps),
                            batchSize,
                            Math.max(1, Math.min(MOST_DATA_THREADS, threads / 2)),
                            resume));
            Predictions.Counts counts =
                    predictions.write(tree.images(), signals, spec.commandLine().getErr());
            String table = format == Predictions.Format.JSONL ? "" : " and " + output.resolve(format.file());
            spec.commandLine().getOut().printf("%s; wrote %s%s%n", counts, output.resolve(Predictions.FILE), table);
            return counts.unreadable() + counts.failed() == 0 ? 0 : SOME_UNREADABLE;
        }
    }
}
