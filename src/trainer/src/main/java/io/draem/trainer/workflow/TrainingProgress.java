package io.draem.trainer.workflow;

import io.draem.trainer.loss.LossParts;
import io.draem.trainer.training.TrainingListener;
import io.draem.trainer.training.ValidationFigures;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far a training is: a bar on a terminal, a line every half a minute in a log file. */
final class TrainingProgress implements TrainingListener, AutoCloseable {

    private static final int TERMINAL_MILLIS = 500;
    private static final int LOG_MILLIS = 30_000;
    private static final int WIDTH = 160;

    private final ProgressBar bar;
    private final PrintWriter log;
    private final long first;
    private final int batchSize;
    private final String validation;
    private double seconds; // of steps alone, without validations and checkpoints
    private String printed = "";

    /**
     * Begins to show.
     *
     * @param first steps done before
     * @param steps in all
     * @param validation what the weights are evaluated on meanwhile
     */
    TrainingProgress(PrintWriter log, long first, long steps, int batchSize, String validation) {
        boolean terminal = System.console() != null;
        this.log = log;
        this.first = first;
        this.batchSize = batchSize;
        this.validation = validation;
        this.bar = new ProgressBarBuilder()
                .setTaskName("training")
                .setInitialMax(steps)
                .startsFrom(first, Duration.ZERO)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(terminal ? TERMINAL_MILLIS : LOG_MILLIS)
                .setConsumer(
                        terminal
                                ? new ConsoleProgressBarConsumer(System.err, WIDTH)
                                : new DelegatingProgressBarConsumer(this::print, WIDTH))
                .setUnit(" steps", 1)
                .build();
    }

    /** Prints a line once: a bar that is closed shows its last state again. */
    private void print(String line) {
        if (!line.equals(printed)) {
            printed = line;
            log.println(line);
        }
    }

    @Override
    public void stepped(long step, LossParts loss, double learningRate, Duration took) {
        seconds += took.toNanos() / 1e9;
        bar.stepTo(step);
        bar.setExtraMessage(String.format(
                Locale.ROOT,
                " %.1f img/s  loss %.4f (l2 %.4f, ssim %.3f, focal %.4f)",
                (step - first) * batchSize / seconds,
                loss.total(),
                loss.l2(),
                loss.ssim(),
                loss.focal()));
    }

    @Override
    public void validated(ValidationFigures figures, boolean best) {
        String pixels = figures.hasPixelFigures()
                ? String.format(
                        Locale.ROOT,
                        ", pixel AUROC %.3f, pixel average precision %.3f",
                        figures.pixelAuroc(),
                        figures.pixelAveragePrecision())
                : ", no figures of pixels without masks";
        log.printf(
                Locale.ROOT,
                "validated step %d (%s): image AUROC %.3f%s%s%n",
                figures.step(),
                validation,
                figures.imageAuroc(),
                pixels,
                best ? figures.hasPixelFigures() ? "; best so far" : "; best so far by image AUROC alone" : "");
        log.flush();
    }

    @Override
    public void saved(long step, Path checkpoint) {
        log.println("saved step " + step + " in " + checkpoint);
        log.flush();
    }

    @Override
    public void close() {
        bar.close();
    }
}
