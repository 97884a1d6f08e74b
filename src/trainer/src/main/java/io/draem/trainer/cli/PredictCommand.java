package io.draem.trainer.cli;

import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.score.RegionOptions;
import io.draem.trainer.data.FileTree;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.workflow.Predictions;
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
            "For IMAGE these are OUTPUT/IMAGE.overlay.png and OUTPUT/IMAGE.mask.png; for all of them"
                    + " OUTPUT/predictions.jsonl has one JSON object per line, with the fields of the service's /v1/detect.",
            "Files of the same name are replaced one by one; predictions.jsonl appears when all images are done.",
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
    public Integer call() throws IOException, GraphRefusedException, TrainerException {
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
        try (GraphDetector detector = GraphDetector.open(model, threads, batchSize)) {
            Predictions predictions = new Predictions(
                    detector,
                    images,
                    output,
                    new Predictions.Options(threshold, minArea, region.read(detector.card()), maps, batchSize));
            Predictions.Counts counts =
                    predictions.write(tree.images(), spec.commandLine().getErr());
            spec.commandLine().getOut().printf("%s; wrote %s%n", counts, output.resolve(Predictions.FILE));
            return counts.unreadable() + counts.failed() == 0 ? 0 : SOME_UNREADABLE;
        }
    }
}
