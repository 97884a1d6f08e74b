package io.draem.trainer.cli;

import io.draem.frame.FrameSize;
import io.draem.trainer.checkpoint.imported.ImportedFiles;
import io.draem.trainer.checkpoint.imported.TrainingInput;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.data.WhiteLevel;
import io.draem.trainer.network.InputNormalization;
import io.draem.trainer.workflow.ImportInput;
import io.draem.trainer.workflow.ImportRun;
import io.draem.trainer.workflow.ModelVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code import}: a checkpoint of another program as a model. */
@Command(
        name = "import",
        description = {
            "Converts a checkpoint of anomalib, or the two files of the official repository, to"
                    + " OUTPUT/NAME/VERSION/{model.onnx,metrics.json,checkpoint.safetensors}, with"
                    + " --data a report.html too.",
            "Nothing in the files is executed: tensors are read, and everything else is refused or ignored."
        },
        sortOptions = false,
        showDefaultValues = true,
        mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {

    /** The values of {@code --input-normalization}. */
    enum InputNormalizationName {
        IMAGENET(InputNormalization.IMAGENET),
        NONE(null);

        private final @Nullable InputNormalization normalization;

        InputNormalizationName(@Nullable InputNormalization normalization) {
            this.normalization = normalization;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(
            arity = "1..2",
            paramLabel = "FILE",
            description =
                    "anomalib's .ckpt; or the official NAME.pckl and NAME_seg.pckl in any order; or the folder, or"
                            + " the path without ending, that names just these")
    @SuppressWarnings("NullAway.Init")
    private List<Path> files;

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "Model directory to write into")
    @SuppressWarnings("NullAway.Init")
    private Path output;

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "Name of the model")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(
            names = "--image-size",
            paramLabel = "WIDTH[,HEIGHT]",
            converter = ImageSizeConverter.class,
            description =
                    "Size of the input of the training in pixels, multiples of 32; one number for a square (default:"
                            + " the checkpoint's; if it does not record it, " + ImportInput.DEFAULT_SIDE
                            + " with a warning)",
            showDefaultValue = Visibility.NEVER)
    private @Nullable FrameSize imageSize;

    @Option(
            names = "--input-normalization",
            paramLabel = "HOW",
            description = "Normalization of the training's images: ${COMPLETION-CANDIDATES} (default: the checkpoint's;"
                    + " required if it does not record it). It becomes part of the graph",
            showDefaultValue = Visibility.NEVER)
    private @Nullable InputNormalizationName inputNormalization;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Labeled images as train takes them, to find thresholds on and to evaluate with")
    private @Nullable Path data;

    @Mixin(name = "Image files")
    private final ImageArguments manifest = new ImageArguments();

    @Option(
            names = "--skip-unreadable",
            description = "Continue without files that cannot be used, and list them",
            showDefaultValue = Visibility.NEVER)
    private boolean skipUnreadable;

    @Option(
            names = "--validation",
            paramLabel = "SPLIT",
            defaultValue = "from-test",
            description = "Images of --data that thresholds are found on: from-test (half; the other half is used for"
                    + " evaluation) or same-as-test")
    private ValidationSplit validation = ValidationSplit.FROM_TEST;

    @Option(
            names = "--threshold-image",
            paramLabel = "SCORE",
            description = "Raw image score above which an image is anomalous (default: the checkpoint's, else 0.5)")
    private @Nullable Double imageThreshold;

    @Option(
            names = "--threshold-pixel",
            paramLabel = "VALUE",
            description = "Raw map value above which a pixel is anomalous (default: the checkpoint's, else the image"
                    + " threshold)")
    private @Nullable Double pixelThreshold;

    @Option(
            names = "--white-level",
            paramLabel = "auto|N",
            defaultValue = "auto",
            showDefaultValue = Visibility.ALWAYS,
            description =
                    "Stored value of 16-bit images that is white, 256 to 65535, where a file does not declare it; auto:"
                            + " from the images of --data, the full range without them")
    private String whiteLevel = "auto";

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the choice of calibration images")
    private long seed;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of libtorch (default: the number of processors)",
            showDefaultValue = Visibility.NEVER)
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws Exception {
        WhiteLevel level;
        try {
            requireOptions();
            level = WhiteLevel.parse(whiteLevel);
            manifest.limits.use();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        new ImportRun(
                        ImportedFiles.find(files),
                        output,
                        name,
                        new ImportInput(imageSize, given()),
                        new ImportRun.Thresholds(
                                data,
                                manifest.images,
                                validation,
                                skipUnreadable,
                                seed,
                                level,
                                imageThreshold,
                                pixelThreshold),
                        threads,
                        Main.invocation(spec))
                .execute(spec.commandLine().getOut(), spec.commandLine().getErr());
        return 0;
    }

    private TrainingInput.@Nullable Normalization given() {
        return inputNormalization == null
                ? null
                : new TrainingInput.Normalization(inputNormalization.normalization, "--input-normalization");
    }

    private void requireOptions() {
        ModelVersion.requireName(name);
        if (validation == ValidationSplit.SYNTHETIC || validation == ValidationSplit.AUTO) {
            throw new IllegalArgumentException("--validation must be from-test or same-as-test: which normal images"
                    + " the network was trained on is not known");
        }
        if (data != null && (imageThreshold != null || pixelThreshold != null)) {
            throw new IllegalArgumentException(
                    "--data finds thresholds and --threshold-image and --threshold-pixel give them: leave one out");
        }
        requireScore("--threshold-image", imageThreshold);
        requireScore("--threshold-pixel", pixelThreshold);
        if (threads < 1) {
            throw new IllegalArgumentException("--threads must be at least 1, not " + threads);
        }
    }

    private static void requireScore(String option, @Nullable Double value) {
        if (value != null && !(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(option + " must be from 0 to 1, not " + value);
        }
    }
}
