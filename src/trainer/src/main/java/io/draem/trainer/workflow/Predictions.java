package io.draem.trainer.workflow;

import io.draem.frame.RegionOfInterest;
import io.draem.model.ModelCard;
import io.draem.overlay.Pictures;
import io.draem.runtime.detection.FrameDetector;
import io.draem.text.Counted;
import io.draem.trainer.evaluation.GraphDetector;
import io.draem.trainer.workflow.PredictionLines.FileStamp;
import io.draem.trainer.workflow.PredictionLines.Line;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Examines images and writes what was found; continues an earlier run where that is wanted. */
public final class Predictions {

    /** One JSON object a line, an image each, in the order of their paths. */
    public static final String FILE = Format.JSONL.file();

    private final FrameDetector detector;
    private final ModelCard card;
    private final Path images;
    private final Path output;
    private final Options options;
    private final Verdicts verdicts;

    /** What is written of all images. */
    public enum Format {
        JSONL,
        CSV,
        PARQUET;

        /** Returns the name on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns the name of the file. */
        public String file() {
            return "predictions." + this;
        }
    }

    /**
     * What to write.
     *
     * @param threshold of image scores, in place of the model's
     * @param minArea fewest pixels of a region, in place of the model's; null for the model's
     * @param region of interest, in place of the model's; null for the model's
     * @param format of the file that is written next to that of the lines, unless it is theirs
     * @param pictures that are written
     * @param batchSize most inputs at a time
     * @param threads that decode, and as many that write pictures
     * @param resume whether images are skipped that an earlier run has examined in the same way, and that have not changed
     */
    public record Options(
            @Nullable Double threshold,
            @Nullable Integer minArea,
            @Nullable RegionOfInterest region,
            Format format,
            Pictures pictures,
            int batchSize,
            int threads,
            boolean resume) {}

    /**
     * How many images of each kind the written file has.
     *
     * @param unreadable without a verdict because they cannot be read
     * @param failed without a verdict because the model failed
     * @param unusual anomalous or normal ones unlike the training images
     * @param skipped anomalous or normal ones that an earlier run has examined
     * @param seconds that the others took
     */
    public record Counts(
            int anomalous, int normal, int unreadable, int failed, int unusual, int skipped, double seconds) {

        /** Returns how many images there are. */
        public int images() {
            return anomalous + normal + unreadable + failed;
        }

        /** Returns the counts in words; what did not happen is left out but for the verdicts. */
        @Override
        public String toString() {
            int examined = images() - skipped;
            return String.format(
                    Locale.ROOT,
                    "%s: %d anomalous, %d normal, %d failed%s%s%s; %.1f s, %.1f images/s",
                    Counted.of(images(), "image"),
                    anomalous,
                    normal,
                    unreadable + failed,
                    unreadable + failed == 0
                            ? ""
                            : " (" + unreadable + " unreadable, " + failed
                                    + " without a verdict because the model failed)",
                    unusual == 0 ? "" : ", " + unusual + " unlike the training images",
                    skipped == 0 ? "" : "; " + skipped + " skipped as done before",
                    seconds,
                    examined / Math.max(seconds, 1e-3));
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
        this.verdicts = new Verdicts(card, detector.sha256(), output, options);
    }

    /**
     * Writes pictures and verdicts of all images; those that cannot be read are reported on {@code log} and in the verdicts.
     * Call it once.
     *
     * @param files below the folder of images
     * @throws IOException if something cannot be written
     * @throws TrainerException if another process writes into the output
     * @throws StoppedBySignalException if a signal stopped it; the message says how to continue
     */
    public Counts write(List<Path> files, StopSignals signals, PrintWriter log)
            throws IOException, TrainerException, StoppedBySignalException {
        long start = System.nanoTime();
        signals.hold("stopping after the images that the model is at");
        List<String> paths = files.stream().map(this::relative).toList();
        try (PredictionLines lines =
                PredictionLines.open(output, Set.copyOf(paths), options.resume() ? verdicts::isSame : null)) {
            if (lines.discarded() > 0) {
                log.printf(
                        "%s of a stopped run %s discarded; --resume would have kept them%n",
                        Counted.of(lines.discarded(), "line"), Counted.verb(lines.discarded(), "is", "are"));
                log.flush();
            }
            List<Path> left = left(files, lines, log);
            int skipped = files.size() - left.size();
            Examination examination = new Examination(detector, card, options, verdicts, this::relative, lines, log);
            try {
                int done = skipped + examination.examine(left, signals);
                if (done < files.size()) {
                    throw new StoppedBySignalException(
                            "Stopped after " + done + " of " + Counted.of(files.size(), "image")
                                    + (done == 0 ? "" : ", kept in " + output)
                                    + ": the same command with --resume continues",
                            signals.status());
                }
                Counts counts = counts(
                        paths.stream().map(lines::get).toList(),
                        examination,
                        skipped,
                        (System.nanoTime() - start) / 1e9);
                lines.publish(paths, new PredictionTable(output, options.format(), log));
                return counts;
            } catch (IOException | RuntimeException | Error e) {
                if (!lines.isEmpty()) {
                    log.println("Finished images are kept in " + lines.part() + ": --resume continues after them");
                    log.flush();
                }
                throw e;
            }
        } finally {
            signals.release();
        }
    }

    private static Counts counts(List<@Nullable Line> lines, Examination examination, int skipped, double seconds) {
        int anomalous = 0;
        int unusual = 0;
        for (Line line : lines) {
            anomalous += line != null && line.anomalous() ? 1 : 0;
            unusual += line != null && !line.usual() ? 1 : 0;
        }
        return new Counts(
                anomalous,
                lines.size() - examination.unreadable() - examination.failed() - anomalous,
                examination.unreadable(),
                examination.failed(),
                unusual,
                skipped,
                seconds);
    }

    /** Returns the images that have no line of an earlier run, or have changed since. */
    private List<Path> left(List<Path> files, PredictionLines lines, PrintWriter log) {
        List<Path> left = new ArrayList<>();
        int changed = 0;
        int refused = 0;
        for (Path file : files) {
            Line line = lines.get(relative(file));
            if (line == null) {
                left.add(file);
                refused += lines.refused(relative(file)) ? 1 : 0;
            } else if (line.stamp() == null || !line.stamp().equals(FileStamp.of(file))) {
                left.add(file);
                changed++;
            }
        }
        if (options.resume()) {
            log.printf(
                    Locale.ROOT,
                    "--resume: %d of %s skipped as done before%s%s%n",
                    files.size() - left.size(),
                    Counted.of(files.size(), "image"),
                    changed == 0 ? "" : "; " + changed + " run again because their files have changed",
                    refused == 0
                            ? ""
                            : "; " + refused
                                    + " run again because they have no verdict of this model with these options,"
                                    + " or lack pictures");
            log.flush();
        }
        return left;
    }

    /** Returns the path below the folder of images, with slashes on every system. */
    private String relative(Path file) {
        return images.relativize(file).toString().replace(File.separatorChar, '/');
    }
}
