package io.draem.trainer.workflow;

import io.draem.frame.FrameSize;
import io.draem.frame.RegionOfInterest;
import io.draem.model.ModelCard;
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
import io.draem.trainer.training.Recipe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One export from checkpoint to published graphs. */
public final class ExportRun {

    /** Default number of images from which int8 takes its ranges. */
    public static final int CALIBRATION_IMAGES = 16;

    private final Options options;
    private final ModelCheckpoint model;
    private final boolean sameValues;
    private final ModelCard draft;

    /**
     * The options of an export.
     *
     * @param output model directory
     * @param name of the model; null for the checkpoint's
     * @param outputs how the graph computes its outputs
     * @param thresholds how they are found; the defaults keep the checkpoint's
     * @param minRegionArea fewest pixels of a region of the model; null for the checkpoint's
     * @param imageSize of the input; null for the checkpoint's
     * @param region of interest; null for the checkpoint's
     * @param images from which thresholds and figures come; null without any
     * @param calibrationImages number of images from which int8 takes its ranges
     * @param threads of libtorch and ONNX Runtime
     * @param invocation the command line of this run
     */
    public record Options(
            Path checkpoint,
            Path output,
            @Nullable String name,
            List<ExportFormat> formats,
            Outputs outputs,
            ThresholdOptions thresholds,
            @Nullable Integer minRegionArea,
            @Nullable FrameSize imageSize,
            @Nullable Region region,
            @Nullable Images images,
            int calibrationImages,
            int threads,
            Invocation invocation) {}

    /**
     * How a graph computes its outputs.
     *
     * @param imageScore null for the checkpoint's
     * @param mapSmoothing null for the checkpoint's
     */
    public record Outputs(
            @Nullable ImageScore imageScore, @Nullable Double mapSmoothing) {}

    /**
     * A region of interest in place of the checkpoint's.
     *
     * @param own of the model; null if each request has its own
     */
    public record Region(@Nullable RegionOfInterest own) {}

    /**
     * The images of the training.
     *
     * @param data folder or manifest
     * @param folder base of the paths of a manifest; null for the manifest's own
     * @param anomalySource folder of textures; null for noise
     * @param skipUnreadable whether to continue without the files that cannot be used
     */
    public record Images(
            Path data, @Nullable Path folder, @Nullable Path anomalySource, boolean skipUnreadable) {}

    private ExportRun(Options options, ModelCheckpoint model, boolean sameValues, ModelCard draft) {
        this.options = options;
        this.model = model;
        this.sameValues = sameValues;
        this.draft = draft;
    }

    /**
     * Reads the checkpoint.
     *
     * @throws IllegalArgumentException if an option contradicts the checkpoint; the message names it
     * @throws TrainerException if the checkpoint needs an option that is not given, or the output is not a folder
     */
    public static ExportRun of(Options options) throws IOException, TrainerException {
        ModelVersion.requireFolder(options.output());
        Threads.use(options.threads());
        ModelCheckpoint read = ModelCheckpoint.read(options.checkpoint());
        ModelCheckpoint model = withRegion(withOutputs(read, options), options.region());
        boolean sameValues = model == read;
        ThresholdOptions thresholds = options.thresholds();
        if (isManual(options) && !sameValues && (thresholds.image() == null || thresholds.pixel() == null)) {
            throw new IllegalArgumentException(
                    "The checkpoint's thresholds are of another image score, smoothing or region of interest: give both"
                            + " --threshold-image and --threshold-pixel");
        }
        return new ExportRun(options, model, sameValues, ExportDraft.of(model, options));
    }

    /** Exports and publishes; prints results on {@code out}, progress and warnings on {@code log}. */
    public void execute(PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, ExportRefusedException, GraphRefusedException, TrainerException,
                    StoppedBySignalException {
        ThresholdOptions thresholds = options.thresholds();
        Calibration own = model.card() == null ? null : model.card().calibration();
        ModelCheckpoint exported = model;
        ModelCard card = draft;
        if (isManual(options)) {
            ManualThresholds given = ManualThresholds.of(model.card(), draft.calibration(), thresholds);
            thresholds = own == null ? thresholds : thresholds.orElse(own);
            card = given.on(draft);
            exported = model.noting(card.training());
            if (options.images() == null) { // with images, the evaluation prints more
                out.println(card.model() + ": " + given);
                given.warnings().forEach(warning -> log.println("warning: " + warning));
                log.flush();
            }
        }
        boolean kept = thresholds.equals(ThresholdOptions.DEFAULTS);
        try (ModelImages images = options.images() == null ? null : open(options.images(), exported, card, out, log);
                StopSignals signals = StopSignals.handle(log)) {
            ModelExport export = new ModelExport(
                    exported,
                    card,
                    images,
                    kept ? CheckpointImages.thresholds(own, exported.training(), sameValues) : thresholds,
                    options.calibrationImages(),
                    options.threads());
            int number = sameValues && kept && options.minRegionArea() == null
                    ? ModelVersion.numberFor(options.checkpoint(), options.output(), card.model(), options.formats())
                    : ModelVersion.nextNumber(options.output(), card.model());
            Publisher publisher = new Publisher(options.output(), options.invocation());
            export.publish(options.formats(), publisher, number, signals, out);
        }
    }

    private static boolean isManual(Options options) {
        return options.thresholds().rule() == ThresholdRule.MANUAL;
    }

    /** Returns the model with the image score and the smoothing of the options. */
    private static ModelCheckpoint withOutputs(ModelCheckpoint model, Options options) throws TrainerException {
        NetworkOptions own = model.options();
        ImageScore imageScore = options.outputs().imageScore();
        Double mapSmoothing = options.outputs().mapSmoothing();
        NetworkOptions requested = own.giving(
                imageScore == null ? own.imageScore() : imageScore,
                mapSmoothing == null ? own.mapSmoothing() : mapSmoothing);
        if (requested.equals(own)) {
            return model;
        }
        if (options.images() == null) {
            throw new TrainerException("The checkpoint's thresholds are of the image score " + own.imageScore()
                    + " and --map-smoothing " + own.mapSmoothing() + ": give --data, so that those of "
                    + requested.imageScore() + " and " + requested.mapSmoothing() + " are found");
        }
        return model.giving(requested.imageScore(), requested.mapSmoothing());
    }

    /** Returns the model with the region of interest noted among the options of its training; itself without one. */
    private static ModelCheckpoint withRegion(ModelCheckpoint model, @Nullable Region region) {
        if (region == null) {
            return model;
        }
        ObjectNode training = model.training().deepCopy();
        training.put(
                "region",
                region.own() == null ? Recipe.REQUEST_REGION : region.own().digest());
        return model.noting(training);
    }

    private ModelImages open(Images from, ModelCheckpoint exported, ModelCard card, PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, TrainerException {
        ModelImages images = CheckpointImages.open(
                from.data(),
                from.folder(),
                from.anomalySource(),
                from.skipUnreadable(),
                exported.training(),
                card,
                options.threads(),
                Progress.on(log));
        out.println(card.model() + ": " + images.files().summary());
        images.validation().origin().ifPresent(out::println);
        images.notes().forEach(out::println);
        out.flush();
        CheckpointImages.warning(images, exported.training()).ifPresent(warning -> log.println("warning: " + warning));
        log.flush();
        return images;
    }
}
