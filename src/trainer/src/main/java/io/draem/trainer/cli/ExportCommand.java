package io.draem.trainer.cli;

import io.draem.model.ModelCard;
import io.draem.model.ModelContract;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.data.Progress;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.network.ImageScore;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.Threads;
import io.draem.trainer.onnxexport.ExportFormat;
import io.draem.trainer.onnxexport.ExportRefusedException;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import io.draem.trainer.workflow.CheckpointImages;
import io.draem.trainer.workflow.FormatPublishing;
import io.draem.trainer.workflow.ManualThresholds;
import io.draem.trainer.workflow.ModelImages;
import io.draem.trainer.workflow.ModelVersion;
import io.draem.trainer.workflow.StopSignals;
import io.draem.trainer.workflow.StoppedBySignalException;
import io.draem.trainer.workflow.TrainerException;
import java.io.IOException;
import java.io.PrintWriter;
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
import tools.jackson.databind.json.JsonMapper;

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
            split = ",",
            defaultValue = "fp32",
            description = "Formats, from ${COMPLETION-CANDIDATES}")
    private List<ExportFormat> formats = List.of();

    @Option(
            names = "--image-score",
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
            description = "Side of the square input, if the checkpoint does not record it",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Integer imageSize;

    @Option(
            names = "--calibration-images",
            defaultValue = "" + FormatPublishing.CALIBRATION_IMAGES,
            description = "Images that the ranges of int8 activations are measured on, half of them with an anomaly")
    private int calibrationImages;

    @Option(
            names = "--threads",
            description = "Threads of libtorch and ONNX Runtime (default: the number of processors)",
            showDefaultValue = Visibility.NEVER)
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call()
            throws IOException, InterruptedException, ExportRefusedException, GraphRefusedException, TrainerException,
                    StoppedBySignalException {
        if (threads < 1 || calibrationImages < 1) {
            throw new ParameterException(spec.commandLine(), "--threads and --calibration-images must be at least 1");
        }
        if (data == null && formats.contains(ExportFormat.INT8)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--format int8 needs --data: it takes the ranges of its activations from images");
        }
        try {
            manifest.limits.use();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        ThresholdOptions asked = asked();
        Integer area = minRegionArea();
        boolean manual = asked.rule() == ThresholdRule.MANUAL;
        Threads.use(threads);
        ModelCheckpoint read = ModelCheckpoint.read(checkpoint);
        ModelCheckpoint model = giving(read);
        boolean sameValues = model == read;
        if (manual && !sameValues && (asked.image() == null || asked.pixel() == null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "The checkpoint's thresholds are of another image score or smoothing: give both --threshold-image"
                            + " and --threshold-pixel");
        }
        ModelCard draft = draft(model, manual);
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter log = spec.commandLine().getErr();
        if (area != null) {
            draft = draft.withMinRegionArea(area);
        }
        if (manual) {
            ManualThresholds given = ManualThresholds.of(model.card(), draft.calibration(), asked);
            asked = model.card() == null ? asked : asked.orElse(model.card().calibration());
            draft = given.on(draft);
            model = model.noting(draft.training());
            if (data == null) { // else images say more of them
                out.println(draft.model() + ": " + given);
                given.warnings().forEach(warning -> log.println("warning: " + warning));
                log.flush();
            }
        }
        boolean kept = asked.equals(ThresholdOptions.DEFAULTS);
        Calibration found = model.card() == null ? null : model.card().calibration();
        FormatPublishing publishing = new FormatPublishing(
                model,
                draft,
                data == null ? null : images(data, model, draft, out, log),
                kept ? CheckpointImages.thresholds(found, model.training(), sameValues) : asked,
                calibrationImages,
                threads,
                Main.invocation(spec));
        int number = sameValues && kept && area == null
                ? ModelVersion.numberFor(checkpoint, output, draft.model(), formats)
                : ModelVersion.nextNumber(output, draft.model());
        try (StopSignals signals = StopSignals.handle(log)) {
            publishing.publish(formats, output, number, signals, out);
        }
        return 0;
    }

    private @Nullable Integer minRegionArea() {
        try {
            return thresholds.minRegionArea();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Returns how thresholds are found; the defaults without options. */
    private ThresholdOptions asked() {
        try {
            ThresholdOptions asked = thresholds.options();
            ThresholdRule rule = asked.rule();
            if (rule != null && rule != ThresholdRule.MANUAL && data == null) {
                throw new IllegalArgumentException("--threshold-rule " + rule.id()
                        + " needs --data: it finds thresholds on images; --threshold-image gives one without");
            }
            return asked;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Returns the model with the image score and the smoothing of the options. */
    private ModelCheckpoint giving(ModelCheckpoint model) throws TrainerException {
        NetworkOptions own = model.options();
        NetworkOptions asked;
        try {
            asked = own.giving(
                    imageScore == null ? own.imageScore() : imageScore,
                    mapSmoothing == null ? own.mapSmoothing() : mapSmoothing);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        if (asked.equals(own)) {
            return model;
        }
        if (data == null) {
            throw new TrainerException("The checkpoint's thresholds are of the image score " + own.imageScore()
                    + " and --map-smoothing " + own.mapSmoothing() + ": give --data, so that those of "
                    + asked.imageScore() + " and " + asked.mapSmoothing() + " are found");
        }
        return model.giving(asked.imageScore(), asked.mapSmoothing());
    }

    private ModelImages images(Path from, ModelCheckpoint model, ModelCard draft, PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, TrainerException {
        ModelImages images = CheckpointImages.open(
                from,
                manifest.images,
                anomalySource,
                skipUnreadable,
                model.training(),
                draft.width(),
                draft.height(),
                draft.whiteLevel(),
                threads,
                Progress.on(log));
        out.println(draft.model() + ": " + images.summary());
        out.flush();
        CheckpointImages.warning(images, model.training()).ifPresent(warning -> log.println("warning: " + warning));
        log.flush();
        return images;
    }

    private void requireImageThreshold() throws TrainerException {
        try {
            thresholds.options().requireImage();
        } catch (IllegalArgumentException e) {
            throw new TrainerException(String.valueOf(e.getMessage()));
        }
    }

    /** Returns the checkpoint's card under the name of the option; without a card, one to be completed. */
    private ModelCard draft(ModelCheckpoint model, boolean manual) throws TrainerException {
        ModelCard card = model.card();
        String named = name != null ? name : card != null ? card.model() : null;
        if (named == null) {
            throw new TrainerException("The checkpoint does not say the model's name: give --name");
        }
        try {
            ModelName.require(named);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        int known =
                card != null ? card.width() : model.training().path("imageSize").asInt(0);
        if (imageSize != null && known > 0 && imageSize != known) {
            throw new ParameterException(
                    spec.commandLine(),
                    "The checkpoint's images are " + known + " pixels wide, and --image-size says " + imageSize
                            + ": leave it out");
        }
        if (card != null) {
            return new ModelCard(
                            named, card.width(), card.height(), card.calibration(), model.training(), card.metrics())
                    .withImages(card.images())
                    .withWhiteLevel(card.whiteLevel())
                    .withMinRegionArea(card.minRegionArea())
                    .withFraming(card.framing());
        }
        int side = imageSize != null ? imageSize : known;
        if (side < ModelContract.SIZE_MULTIPLE
                || side > ModelContract.MAX_SIDE
                || side % ModelContract.SIZE_MULTIPLE != 0) {
            throw new TrainerException(
                    "The checkpoint does not say the size of its images: give --image-size, a multiple of "
                            + ModelContract.SIZE_MULTIPLE + " up to " + ModelContract.MAX_SIDE);
        }
        if (manual) {
            requireImageThreshold();
        }
        if (data == null && !manual) {
            throw new TrainerException(
                    "The checkpoint has no thresholds: give --data, so that they are found, or --threshold-image");
        }
        Calibration none = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0);
        return new ModelCard(
                named, side, side, none, model.training(), JsonMapper.shared().createObjectNode());
    }
}
