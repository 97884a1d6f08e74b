package io.draem.trainer.workflow;

import io.draem.model.InputCheck;
import io.draem.model.ModelCard;
import io.draem.runtime.detection.FrameDetector;
import io.draem.trainer.data.DataThreads;
import io.draem.trainer.data.Progress;
import io.draem.trainer.evaluation.LoadedAhead;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * Examines images once: one batch runs while the next is decoded and the last is written, each on threads of its own. An
 * image with more pixels than a batch runs alone, and is written before the next one is needed: thus no more is held than the
 * pixels of three batches, or of two and one such image.
 */
final class Examination {

    /** Pixels of a batch, less on a small heap: fewer images make one where they are large. */
    private static final long BATCH_PIXELS =
            Math.min(64_000_000, Runtime.getRuntime().maxMemory() / 64);

    /** A batch that runs, one that is written, and one that is decoded. */
    private static final int BATCHES_HELD = 3;

    private final FrameDetector detector;
    private final ModelCard card;
    private final Predictions.Options options;
    private final Verdicts verdicts;
    private final Function<Path, String> relative;
    private final PredictionLines lines;
    private final PrintWriter log;
    private final HeldPixels held = new HeldPixels(BATCHES_HELD * BATCH_PIXELS);
    private final List<ExaminedImage> batch = new ArrayList<>();
    private final List<Writing> writing = new ArrayList<>();
    private int unreadable;
    private int failed;

    private record Writing(ExaminedImage image, InputCheck input, Future<ObjectNode> line) {}

    /**
     * @param relative returns the path of a file below the folder of images
     * @param lines to which those of the images are added
     * @param log for progress and warnings
     */
    Examination(
            FrameDetector detector,
            ModelCard card,
            Predictions.Options options,
            Verdicts verdicts,
            Function<Path, String> relative,
            PredictionLines lines,
            PrintWriter log) {
        this.detector = detector;
        this.card = card;
        this.options = options;
        this.verdicts = verdicts;
        this.relative = relative;
        this.lines = lines;
        this.log = log;
    }

    /** Returns how many images could not be read. */
    int unreadable() {
        return unreadable;
    }

    /** Returns on how many images the model failed. */
    int failed() {
        return failed;
    }

    /**
     * Examines images until a signal requests a stop, and returns how many have their lines then.
     *
     * @throws IOException if something cannot be written
     */
    int examine(List<Path> files, StopSignals signals) throws IOException {
        Progress.Work work = Progress.on(log).begin("Examining %d images", files.size());
        int ahead = options.batchSize() + options.threads();
        ExecutorService writers = DataThreads.start(options.threads(), "draem-pictures");
        try (LoadedAhead<ExaminedImage> loading = new LoadedAhead<>(
                files.size(), options.threads(), index -> read(files.get(index), index), image -> ahead)) {
            for (int index = 0; index < files.size(); index++) {
                if (signals.stopRequested()) {
                    finish(work);
                    return index - batch.size();
                }
                held.need(index);
                ExaminedImage image;
                try {
                    image = loading.load(index);
                } catch (IOException e) {
                    finish(work);
                    unreadable(files.get(index), e);
                    work.done();
                    continue;
                }
                if (pixels() + image.pixels() > BATCH_PIXELS) {
                    run(writers, work);
                }
                batch.add(image);
                boolean large = image.pixels() > BATCH_PIXELS;
                if (batch.size() == options.batchSize() || image.plan().tiled() || large) {
                    run(writers, work);
                }
                if (large) {
                    finish(work);
                }
            }
            run(writers, work);
            finish(work);
            return files.size();
        } catch (IOException | RuntimeException | Error e) {
            try {
                finish(work);
            } catch (IOException | RuntimeException also) {
                e.addSuppressed(also);
            }
            throw e;
        } finally {
            held.end();
            writers.shutdown();
        }
    }

    private ExaminedImage read(Path file, int index) throws IOException {
        boolean keep = options.pictures().needImages();
        return ExaminedImage.read(file, relative.apply(file), card, options, keep, held.share(index));
    }

    private void unreadable(Path file, IOException e) throws IOException {
        String problem = ExaminedImage.problem(file, e);
        unreadable++;
        log.println("warning: " + problem);
        log.flush();
        lines.append(verdicts.unreadable(file, relative.apply(file), problem));
    }

    private long pixels() {
        return batch.stream().mapToLong(ExaminedImage::pixels).sum();
    }

    /** Runs the graph over the batch while the one before it is written, and begins to write this one. */
    private void run(ExecutorService writers, Progress.Work work) throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        List<FrameDetector.Detection> detections = detector.detect(
                batch.stream().map(image -> image.read().frame()).toList());
        finish(work);
        for (int i = 0; i < batch.size(); i++) {
            ExaminedImage image = batch.get(i);
            FrameDetector.Detection detection = detections.get(i);
            InputCheck input = InputCheck.of(card.images(), image.read().frame().measures());
            writing.add(new Writing(image, input, writers.submit(() -> verdicts.write(image, input, detection))));
        }
        batch.clear();
    }

    /**
     * Waits for the pictures of the batch that is written, and adds its lines afterwards: thus a picture without its line is
     * newer than the file of the lines. Where pictures of an image cannot be written, the other images get their lines.
     */
    private void finish(Progress.Work work) throws IOException {
        List<Writing> written = List.copyOf(writing);
        writing.clear();
        List<Writing> done = new ArrayList<>();
        List<Writing> failures = new ArrayList<>();
        for (Writing one : written) {
            try {
                DataThreads.result(one.line());
                done.add(one);
            } catch (IOException | RuntimeException | Error e) {
                failures.add(one);
            }
            one.image().share().close();
        }
        for (Writing one : done) {
            ObjectNode line = DataThreads.result(one.line());
            warn(one, line);
            lines.append(line);
            work.done();
        }
        for (Writing one : failures) {
            DataThreads.result(one.line()); // throws what the task has thrown
        }
    }

    private void warn(Writing one, ObjectNode line) {
        ExaminedImage image = one.image();
        image.read().warnings().forEach(warning -> log.println("warning: " + image.file() + ": " + warning.message()));
        if (!one.input().usual()) {
            log.println("warning: " + image.file() + " does not look like the model's training images: "
                    + one.input().reasons().stream()
                            .map(InputCheck.Reason::toString)
                            .collect(Collectors.joining(", ")));
        }
        if (line.has("problem")) {
            failed++;
            log.println("warning: " + image.file() + ": " + line.get("problem").asString());
        }
        log.flush();
    }
}
