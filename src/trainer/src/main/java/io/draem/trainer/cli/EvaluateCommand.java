package io.draem.trainer.cli;

import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.model.ModelCard;
import io.draem.runtime.detection.AnomalyDetector;
import io.draem.runtime.detection.FrameDetector;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.trainer.checkpoint.AtomicFile;
import io.draem.trainer.data.Dataset;
import io.draem.trainer.data.DatasetCheck;
import io.draem.trainer.data.FirstPass;
import io.draem.trainer.data.Progress;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.data.WhiteLevel;
import io.draem.trainer.evaluation.CalibrationWarnings;
import io.draem.trainer.evaluation.CheckedImages;
import io.draem.trainer.evaluation.Confusion;
import io.draem.trainer.evaluation.DefectSizeWarnings;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.FrameImages;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.report.Report;
import io.draem.trainer.workflow.Recalibration;
import io.draem.trainer.workflow.TrainerException;
import io.draem.trainer.workflow.TrainingCurves;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code evaluate}: the figures of an exported graph on labeled images. */
@Command(
        name = "evaluate",
        description = {
            "Runs an exported graph over the test images of a data set and prints its figures.",
            "They show how well raw scores rank, the result of the model's own threshold, and what the best threshold"
                    + " on these images would be."
        },
        sortOptions = false,
        showDefaultValues = true,
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

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
            description = "Images as train takes them, with test images")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Mixin(name = "Image files")
    private final ImageArguments manifest = new ImageArguments();

    @Mixin(name = "Region of interest")
    private final RegionArguments region = new RegionArguments();

    @Option(names = "--skip-unreadable", description = "Continue without files that cannot be used, and list them")
    private boolean skipUnreadable;

    @Option(names = "--json", paramLabel = "FILE", description = "File for all figures as JSON")
    private @Nullable Path json;

    @Option(names = "--report", paramLabel = "FILE", description = "File for a page (HTML) with curves and images")
    private @Nullable Path report;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of ONNX Runtime (default: the number of processors)",
            showDefaultValue = Visibility.NEVER)
    private int threads = Runtime.getRuntime().availableProcessors();

    private static final Set<String> CALIBRATED_ON_TEST_IMAGES =
            Set.of(ValidationSplit.FROM_TEST.toString(), ValidationSplit.SAME_AS_TEST.toString());

    @Override
    public Integer call() throws IOException, InterruptedException, GraphRefusedException, TrainerException {
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads must be at least 1, not " + threads);
        }
        try {
            manifest.limits.use();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        requireFolder(json);
        requireFolder(report);
        if (Files.isDirectory(model)) {
            throw new TrainerException("--model " + model + " is a folder: name the model.onnx in it");
        }
        Progress progress = Progress.on(spec.commandLine().getErr());
        FirstPass pass = FirstPass.ofDigests();
        DatasetCheck check = DatasetCheck.of(Dataset.open(data, manifest.images), List.of(), threads, progress, pass)
                .requireAllUnless(skipUnreadable);
        check.notes().forEach(spec.commandLine().getErr()::println);
        spec.commandLine().getErr().flush();
        Dataset dataset = check.dataset();
        if (dataset.test().isEmpty()) {
            throw new TrainerException(
                    data + " has no test images: put normal ones into test/good and others into test/<defect>");
        }
        try (GraphDetector detector = GraphDetector.open(model, threads)) {
            String dataDigest = dataset.digest(pass.digests());
            ModelCard card = card(detector, dataDigest);
            CheckedImages images = new CheckedImages(FrameImages.of(dataset.test(), card), card);
            check.decoded()
                    .notes(WhiteLevel.of(card.whiteLevel()))
                    .forEach(spec.commandLine().getErr()::println);
            spec.commandLine().getErr().flush();
            AnomalyDetector sized = detector.atInputSize();
            Scores scores = Scores.of(
                    images.reporting(progress, "Testing on %d images"),
                    new FrameDetector(sized, card.framing().score()));
            String unusual = images.note();
            if (unusual != null) {
                spec.commandLine().getErr().println(unusual);
            }
            DefectSizeWarnings.of(scores.defectSizes(), card.framing(), card.input())
                    .ifPresent(warning -> spec.commandLine().getErr().println("warning: " + warning));
            CalibrationWarnings.ofFalseAlarms(card.calibration(), Confusion.of(scores, card.calibration()))
                    .ifPresent(warning -> spec.commandLine().getErr().println("warning: " + warning));
            spec.commandLine().getErr().flush();
            ObjectNode figures = Evaluation.figures(scores, card.calibration());
            figures.put("model", card.model());
            figures.put("dataDigest", dataDigest);
            figures.put("skippedFiles", check.problems().size());
            figures.set("unusualImages", images.toJson());
            EvaluationTable.print(spec.commandLine().getOut(), figures, scores, card.calibration());
            String page = report == null ? null : page(figures, card, images, scores, sized);
            // Both at the end: a run that is stopped before keeps those of an earlier run, which belong together.
            if (json != null) {
                write(json, JSON.writeValueAsString(figures) + "\n");
            }
            if (report != null && page != null) {
                write(report, page);
            }
        }
        return 0;
    }

    private String page(ObjectNode figures, ModelCard card, CheckedImages images, Scores scores, AnomalyDetector sized)
            throws IOException {
        ObjectNode withTraining = figures.deepCopy();
        withTraining.setAll(
                TrainingCurves.beside(model, card, spec.commandLine().getErr()::println));
        Main.invocation(spec).writeTo(withTraining);
        String evaluated = images.size() + " test images of " + data.getFileName();
        return Report.of(card, withTraining, evaluated, images, scores, null, sized)
                .html();
    }

    /**
     * Returns the card of the graph, with the region of interest of the options in place of its own. It expects no false
     * alarms where those of the calibration are of another region, or of the images that are evaluated now.
     */
    private ModelCard card(GraphDetector detector, String dataDigest) throws IOException, TrainerException {
        ModelCard card = detector.card();
        RegionOfInterest requested = region.read(card);
        Framing own = card.framing();
        boolean calibratedOnThese = (card.training().has(Recalibration.FROM)
                        || CALIBRATED_ON_TEST_IMAGES.contains(
                                card.training().at("/validation/split").asString("")))
                && calibrationDigest(card).equals(dataDigest);
        if (requested != null || calibratedOnThese) {
            card = card.withCalibration(card.calibration().withoutFalseAlarms());
        }
        return requested == null ? card : card.withFraming(new Framing(own.tiling(), own.score(), requested, false));
    }

    /** Returns the digest of the data that gave the thresholds: of an export's, of an import's, else of the training's. */
    private static String calibrationDigest(ModelCard card) {
        JsonNode training = card.training();
        String trained = training.path("calibrationDataDigest")
                .asString(training.path("dataDigest").asString(""));
        return card.export().path("dataDigest").asString(trained);
    }

    private static void requireFolder(@Nullable Path file) throws TrainerException {
        if (file != null && !Files.isDirectory(file.resolveSibling(""))) {
            throw new TrainerException("There is no folder for " + file + ": make it, or name another file");
        }
    }

    private static void write(Path file, String text) throws IOException {
        AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
