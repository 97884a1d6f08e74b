package io.draem.trainer.tracking;

import io.draem.trainer.tracking.MlflowClient.Metric;
import io.draem.trainer.tracking.MlflowModel.Artifact;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Logs a training to an MLflow server on a thread of its own. What the server does not take is kept and sent again until the
 * training ends; a file that it refuses is left out.
 */
final class MlflowRun implements Tracker {

    /** Not the 5 seconds after which MLflow's server closes an idle connection. */
    private static final long SEND_SECONDS = 3;

    private static final Duration LAST_OF_STOPPED = Duration.ofSeconds(5);
    private static final Duration LAST_OF_FAILED = Duration.ofSeconds(20);
    private static final Duration LAST_OF_PUBLISHED = Duration.ofMinutes(15);

    /** A server that takes nothing is given so much time at the end. */
    private static final Duration RETRIES = Duration.ofSeconds(30);

    private static final long BETWEEN_WARNINGS = Duration.ofMinutes(10).toNanos();

    private final URI server;
    private final Clock clock;
    private final PrintWriter log;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "mlflow");
        daemon.setDaemon(true);
        return daemon;
    });

    private final MlflowQueue queue = new MlflowQueue();
    private final MlflowSender sender;
    private volatile @Nullable Path version;
    private long warned = System.nanoTime() - BETWEEN_WARNINGS;

    /**
     * Begins to log.
     *
     * @param id of the run that an earlier process of this training began; null for a new one
     * @param name of the run
     * @param training whose model names the experiment
     */
    MlflowRun(URI server, @Nullable String id, String name, TrackedTraining training, Clock clock, PrintWriter log) {
        this.server = server;
        this.clock = clock;
        this.log = log;
        sender = new MlflowSender(server, id, name, training, queue, clock, this::warn);
        thread.scheduleWithFixedDelay(this::attempt, 0, SEND_SECONDS, TimeUnit.SECONDS);
    }

    /** Returns the server's name of the run; null before the server has given one. */
    @Nullable
    String id() {
        return sender.id();
    }

    @Override
    public void figures(long step, Map<String, Double> figures) {
        long now = clock.millis();
        queue.add(figures.entrySet().stream()
                .map(figure -> new Metric(figure.getKey(), figure.getValue(), now, step))
                .toList());
    }

    @Override
    public void pictures(long step, List<Picture> taken) {
        for (Picture picture : taken) {
            String path = String.format(Locale.ROOT, "pictures/step-%09d/%s.png", step, picture.name());
            queue.add(new Artifact(path, picture.png().length, () -> BodyPublishers.ofByteArray(picture.png())));
        }
    }

    @Override
    public void published(Path published) {
        version = published;
    }

    @Override
    public void end(Ending ending) {
        Duration limit = switch (ending) {
            case PUBLISHED -> LAST_OF_PUBLISHED;
            case STOPPED -> LAST_OF_STOPPED;
            case FAILED -> LAST_OF_FAILED;
        };
        long end = System.nanoTime() + limit.toNanos();
        Future<String> last = thread.submit(() -> finish(ending, end));
        thread.shutdown();
        String problem;
        try {
            problem = last.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            problem = "no answer within " + limit.toSeconds() + " s";
        } catch (ExecutionException e) {
            problem = MlflowSender.reason(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problem = "interrupted";
        }
        thread.shutdownNow();
        if (!problem.isEmpty()) {
            warn("MLflow at " + server + " lacks figures or files of this training: " + problem);
        }
    }

    /** Sends all that is left, again and again until a time, and returns the problem that is left; empty for none. */
    private String finish(Ending ending, long end) throws InterruptedException {
        Path folder = version;
        if (folder != null) {
            log.println("logging " + folder + ", which is complete, to MLflow at " + server + ": "
                    + LAST_OF_PUBLISHED.toMinutes() + " minutes at most");
            log.flush();
        }
        long giveUp = end;
        while (true) {
            String problem;
            try {
                sender.sendFigures();
                sender.sendPictures();
                if (folder != null) {
                    sender.sendVersion(folder, end);
                }
                sender.sendEnd(ending);
                return sender.leftOut();
            } catch (IOException | RuntimeException e) {
                problem = MlflowSender.reason(e);
            }
            long now = System.nanoTime();
            giveUp = Math.min(giveUp, now + RETRIES.toNanos());
            if (now + TimeUnit.SECONDS.toNanos(1) > giveUp) {
                return problem;
            }
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private void attempt() {
        try {
            sender.sendFigures();
            sender.sendPictures();
        } catch (IOException | RuntimeException e) { // the training goes on whatever the server answers
            if (!Thread.currentThread().isInterrupted() && System.nanoTime() - warned >= BETWEEN_WARNINGS) {
                warned = System.nanoTime();
                warn("MLflow at " + server + " does not take what is logged: " + MlflowSender.reason(e)
                        + "; the training continues, and this is tried again until its end");
            }
        }
    }

    private void warn(String text) {
        log.println("warning: " + text);
        log.flush();
    }
}
