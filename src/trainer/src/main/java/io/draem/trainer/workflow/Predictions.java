package io.draem.trainer.workflow;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameResult;
import io.draem.frame.RegionOfInterest;
import io.draem.image.RgbImage;
import io.draem.model.InputCheck;
import io.draem.model.ModelCard;
import io.draem.overlay.AnomalyOverlay;
import io.draem.overlay.PngWriter;
import io.draem.score.Calibration;
import io.draem.score.RegionFinder;
import io.draem.score.RegionOptions;
import io.draem.score.Regions;
import io.draem.score.ScaledMap;
import io.draem.trainer.checkpoint.AtomicFile;
import io.draem.trainer.data.DatasetException;
import io.draem.trainer.data.FrameFile;
import io.draem.trainer.evaluation.FrameDetector;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.evaluation.LoadedAhead;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Examines images one batch after the other and writes what was found. */
public final class Predictions {

    /** One JSON object a line, an image each, in the order of their paths. */
    public static final String FILE = "predictions.jsonl";

    /** Fewer images make a batch where they are large: so many pixels are held decoded, or one image, and the next one. */
    private static final long PIXELS_HELD = 64_000_000;

    private final FrameDetector detector;
    private final ModelCard card;
    private final Path images;
    private final Path output;
    private final Options options;
    private final Calibration calibration;
    private final int minArea;
    private int unusual;
    private int failed;

    /**
     * What to write.
     *
     * @param threshold of image scores, in place of the model's
     * @param minArea fewest pixels of a region, in place of the model's; null for the model's
     * @param region of interest, in place of the model's; null for the model's
     * @param maps whether the raw maps are written too
     * @param batchSize most inputs at a time
     */
    public record Options(
            @Nullable Double threshold,
            @Nullable Integer minArea,
            @Nullable RegionOfInterest region,
            boolean maps,
            int batchSize) {}

    /** How many images of each kind there were. */
    public record Counts(int anomalous, int normal, int unreadable, int unusual, int failed) {

        /** Returns the counts in words; what did not happen is left out but for the verdicts. */
        @Override
        public String toString() {
            return anomalous + " anomalous, " + normal + " normal, " + unreadable + " unreadable"
                    + (failed > 0 ? ", " + failed + " without a verdict because the model failed" : "")
                    + (unusual > 0 ? ", " + unusual + " unlike the training images" : "");
        }
    }

    private record Loaded(Path file, FrameFile read) {

        FramePlan plan() {
            return read.frame().plan();
        }
    }

    /**
     * @param images folder that paths in the verdicts start from
     * @param output folder that is there
     */
    public Predictions(GraphDetector detector, Path images, Path output, Options options) {
        this.card = detector.card();
        this.detector = new FrameDetector(detector, card.framing().score(), options.batchSize());
        this.images = images;
        this.output = output;
        this.options = options;
        this.calibration = card.calibration();
        this.minArea = card.minRegionArea(options.minArea(), RegionOptions.DEFAULT_MIN_AREA);
    }

    /**
     * Writes pictures and verdicts of all images; those that cannot be read are reported on {@code log} and in the verdicts.
     *
     * @param files below the folder of images
     * @throws IOException if something cannot be written
     */
    public Counts write(List<Path> files, PrintWriter log) throws IOException {
        Path whole = output.resolve(FILE);
        Path part = AtomicFile.of(whole);
        int anomalous = 0;
        int unreadable = 0;
        unusual = 0;
        failed = 0;
        try {
            try (BufferedWriter lines = Files.newBufferedWriter(part);
                    LoadedAhead<Loaded> ahead = new LoadedAhead<>(
                            files.size(),
                            1,
                            index -> read(files.get(index)),
                            loaded -> loaded.plan().tiled()
                                            && loaded.plan().image().pixels() <= PIXELS_HELD / 2
                                    ? 1
                                    : 0)) {
                List<Loaded> batch = new ArrayList<>();
                for (int index = 0; index < files.size(); index++) {
                    Path file = files.get(index);
                    Loaded loaded;
                    try {
                        loaded = ahead.load(index);
                    } catch (IOException e) { // no image, or a file that may not be read or has vanished
                        String problem = e instanceof DatasetException
                                ? String.valueOf(e.getMessage())
                                : file + " cannot be read: " + TrainerException.sentence(e);
                        unreadable++;
                        anomalous += examine(batch, lines, log); // the lines keep the order of the files
                        log.println("warning: " + problem);
                        log.flush();
                        writeLine(lines, PredictionJson.unreadable(relative(file), problem));
                        continue;
                    }
                    if (pixels(batch) + loaded.plan().image().pixels() > PIXELS_HELD) {
                        anomalous += examine(batch, lines, log);
                    }
                    batch.add(loaded);
                    if (batch.size() == options.batchSize() || loaded.plan().tiled()) {
                        anomalous += examine(batch, lines, log);
                    }
                }
                anomalous += examine(batch, lines, log);
            }
            AtomicFile.publish(part, whole);
        } finally {
            Files.deleteIfExists(part);
        }
        return new Counts(anomalous, files.size() - unreadable - failed - anomalous, unreadable, unusual, failed);
    }

    private static long pixels(List<Loaded> batch) {
        return batch.stream()
                .mapToLong(loaded -> loaded.plan().image().pixels())
                .sum();
    }

    private Loaded read(Path file) throws IOException {
        return new Loaded(
                file, FrameFile.read(file, card.framing(), card.input(), card.whiteLevel(), options.region(), true));
    }

    /** Runs the graph, writes what it gives, empties the batch, and returns how many of it were anomalous. */
    private int examine(List<Loaded> batch, BufferedWriter lines, PrintWriter log) throws IOException {
        if (batch.isEmpty()) {
            return 0;
        }
        List<FrameDetector.Detection> detections = detector.detect(
                batch.stream().map(loaded -> loaded.read().frame()).toList());
        int anomalous = 0;
        for (int i = 0; i < batch.size(); i++) {
            Loaded loaded = batch.get(i);
            InputCheck input =
                    InputCheck.of(card.images(), loaded.read().frame().measures());
            report(loaded, input, log);
            FrameResult result = detections.get(i).result();
            if (result == null) {
                String problem = Objects.requireNonNull(detections.get(i).problem());
                failed++;
                log.println("warning: " + loaded.file() + ": " + problem);
                writeLine(lines, PredictionJson.unreadable(relative(loaded.file()), problem));
                continue;
            }
            anomalous += write(loaded, input, result, lines) ? 1 : 0;
        }
        log.flush();
        batch.clear();
        return anomalous;
    }

    private void report(Loaded loaded, InputCheck input, PrintWriter log) {
        loaded.read()
                .warnings()
                .forEach(warning -> log.println("warning: " + loaded.file() + ": " + warning.message()));
        if (!input.usual()) {
            unusual++;
            log.println("warning: " + loaded.file() + " does not look like the model's training images: "
                    + input.reasons().stream().map(InputCheck.Reason::toString).collect(Collectors.joining(", ")));
        }
    }

    private boolean write(Loaded loaded, InputCheck input, FrameResult result, BufferedWriter lines)
            throws IOException {
        RgbImage image = Objects.requireNonNull(loaded.read().image());
        FramePlan plan = loaded.plan();
        String path = relative(loaded.file());
        ScaledMap map =
                new ScaledMap(result.map(), image.width(), image.height(), plan.region(image.width(), image.height()));
        double threshold = options.threshold() != null ? options.threshold() : calibration.imageThreshold();
        boolean anomalous = result.score() > threshold;
        Regions regions =
                RegionFinder.find(map, new RegionOptions(calibration.pixelThreshold(), minArea, anomalous, true));
        ObjectNode json = PredictionJson.of(path, plan, result.score(), threshold, calibration, minArea, regions);
        PredictionJson.write(input, loaded.read().warnings(), json);
        PredictionJson.write(plan, options.region() != null, json);
        Path folder = output.resolve(path).resolveSibling("");
        Files.createDirectories(folder);
        json.put("mask", write(path + ".mask.png", PngWriter.mask(map, regions.pixelThreshold())));
        if (options.maps()) {
            json.put("anomalyMap", write(path + ".map.png", PngWriter.map(map)));
        }
        RgbImage overlay =
                AnomalyOverlay.draw(image, map, regions.pixelThreshold(), calibration, regions.largest(), true);
        json.put("overlay", write(path + ".overlay.png", PngWriter.rgb(overlay)));
        writeLine(lines, json);
        return anomalous;
    }

    private String write(String name, byte[] png) throws IOException {
        AtomicFile.write(output.resolve(name), png);
        return name;
    }

    /** Returns the path below the folder of images, with slashes on every system. */
    private String relative(Path file) {
        return images.relativize(file).toString().replace(File.separatorChar, '/');
    }

    private static void writeLine(BufferedWriter lines, ObjectNode json) throws IOException {
        lines.write(json.toString());
        lines.write('\n');
    }
}
