package io.draem.trainer.tracking;

import io.draem.trainer.loss.LossParts;
import io.draem.trainer.training.TrainingListener;
import io.draem.trainer.training.ValidationFigures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Shows a training in experiment trackers: losses as means over stretches of steps, figures of validations, pictures, and
 * the published version. An error of a tracker is a warning.
 */
public final class Tracking implements TrainingListener, AutoCloseable {

    private static final int POINTS = 1000;
    private static final String[] LOSSES = {"loss/total", "loss/l2", "loss/ssim", "loss/focal", "loss/sspcab"};
    private static final int SSPCAB = 4;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Trackers options;
    private final RunNames names;
    private final Clock clock;
    private final PrintWriter log;
    private final List<Tracker> trackers = new ArrayList<>();
    private @Nullable MlflowRun mlflow;
    private String run = "";
    private @Nullable String mlflowRun;
    private boolean resumable;
    private Tracker.Ending ending = Tracker.Ending.FAILED;

    private long stretch = 1;
    private int batchSize = 1;
    private final double[] sums = new double[LOSSES.length];
    private int summed;
    private double seconds;
    private long lastStep;
    private double lastRate;

    /**
     * Shows nothing yet.
     *
     * @param checkpoints folder of the training's checkpoints
     */
    public Tracking(Trackers options, Path checkpoints, Clock clock, PrintWriter log) {
        this.options = options;
        this.names = new RunNames(checkpoints, log);
        this.clock = clock;
        this.log = log;
    }

    /** Returns whether a tracker shows the training. */
    public boolean isOn() {
        return !trackers.isEmpty();
    }

    /** Begins, or goes on where an earlier process of this training stopped. */
    public void begin(TrackedTraining training) {
        if (!training.resumed()) {
            names.delete(); // of a training that was discarded
        }
        if (options.equals(Trackers.NONE)) {
            return;
        }
        RunNames.Names before = training.resumed() ? names.read() : null;
        resumable = training.resumed();
        stretch = Math.max(1, (training.steps() + POINTS - 1) / POINTS);
        batchSize = training.batchSize();
        run = before == null ? training.model() + "-" + TIME.format(clock.instant()) : before.run();
        mlflowRun = before == null ? null : before.mlflowRun();
        if (options.tensorBoard() != null) {
            openTensorBoard(options.tensorBoard().resolve(run), training);
        }
        if (options.mlflow() != null) {
            mlflow = new MlflowRun(options.mlflow(), mlflowRun, run, training, clock, log);
            trackers.add(mlflow);
        }
    }

    private void openTensorBoard(Path folder, TrackedTraining training) {
        try {
            Files.createDirectories(folder);
            EventFile file = EventFile.create(folder, clock, training.first());
            TensorBoardRun events = new TensorBoardRun(folder, file, log);
            events.command(training.first(), training.command());
            trackers.add(events);
        } catch (IOException e) {
            log.println("warning: TensorBoard does not show this training: cannot write to " + folder + ": "
                    + e.getMessage());
            log.flush();
        }
    }

    @Override
    public void stepped(long step, LossParts loss, double learningRate, Duration took) {
        if (trackers.isEmpty()) {
            return;
        }
        double[] values = {loss.total(), loss.l2(), loss.ssim(), loss.focal(), loss.sspcab()};
        for (int i = 0; i < values.length; i++) {
            sums[i] += values[i];
        }
        summed++;
        seconds += took.toNanos() / 1e9;
        lastStep = step;
        lastRate = learningRate;
        if (summed == stretch) {
            showMean();
        }
    }

    private void showMean() {
        if (summed == 0) {
            return;
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        for (int i = 0; i < LOSSES.length; i++) {
            if (i < SSPCAB || sums[i] != 0) { // which only a network with that block has
                put(figures, LOSSES[i], sums[i] / summed);
            }
        }
        put(figures, "training/learning_rate", lastRate);
        put(figures, "training/images_per_second", summed * batchSize / seconds);
        trackers.forEach(tracker -> tracker.figures(lastStep, figures));
        Arrays.fill(sums, 0);
        summed = 0;
        seconds = 0;
    }

    @Override
    public void validated(ValidationFigures validation, boolean best) {
        Map<String, Double> figures = new LinkedHashMap<>();
        put(figures, "validation/image_auroc", validation.imageAuroc());
        put(figures, "validation/pixel_auroc", validation.pixelAuroc());
        put(figures, "validation/pixel_average_precision", validation.pixelAveragePrecision());
        put(figures, "validation/score", validation.score());
        trackers.forEach(tracker -> tracker.figures(validation.step(), figures));
    }

    private static void put(Map<String, Double> figures, String name, double value) {
        if (Double.isFinite(value)) {
            figures.put(name, value);
        }
    }

    /** Takes pictures of a step. */
    public void pictures(long step, List<Picture> pictures) {
        trackers.forEach(tracker -> tracker.pictures(step, pictures));
    }

    @Override
    public void saved(long step, Path checkpoint) {
        resumable = true;
        writeState();
    }

    private void writeState() {
        if (!run.isEmpty()) {
            String id = mlflow == null ? null : mlflow.id();
            names.write(new RunNames.Names(run, id == null ? mlflowRun : id));
        }
    }

    /** Says that the training was stopped and can be resumed. */
    public void stopped() {
        ending = Tracker.Ending.STOPPED;
    }

    /**
     * Takes the published version: the training is over, and nothing can be resumed.
     *
     * @param step that its weights are of
     */
    public void published(long step, Path version) {
        ending = Tracker.Ending.PUBLISHED;
        names.delete();
        if (trackers.isEmpty()) {
            return;
        }
        showMean();
        Map<String, Double> figures = testFigures(version);
        trackers.forEach(tracker -> {
            tracker.figures(step, figures);
            tracker.published(version);
        });
    }

    private Map<String, Double> testFigures(Path version) {
        Map<String, Double> figures = new LinkedHashMap<>();
        try {
            JsonNode metrics = JsonMapper.shared().readTree(Files.readString(version.resolve("metrics.json")));
            for (String level : List.of("image", "pixel")) {
                metrics.path(level).properties().forEach(one -> {
                    if (one.getValue().isNumber()) {
                        String name = "test/" + level + "_" + snakeCase(one.getKey());
                        put(figures, name, one.getValue().asDouble());
                    }
                });
            }
        } catch (IOException | JacksonException e) {
            log.println("warning: trackers do not show the figures of the test images: " + e.getMessage());
            log.flush();
        }
        return figures;
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** Ends the runs. */
    @Override
    public void close() {
        showMean();
        trackers.forEach(tracker -> tracker.end(ending));
        if (resumable && ending != Tracker.Ending.PUBLISHED) {
            writeState(); // the server may have named the run only now
        }
    }
}
