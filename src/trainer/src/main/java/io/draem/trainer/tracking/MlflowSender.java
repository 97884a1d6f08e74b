package io.draem.trainer.tracking;

import io.draem.text.SafeText;
import io.draem.trainer.tracking.MlflowClient.Metric;
import io.draem.trainer.tracking.MlflowHttp.Refused;
import io.draem.trainer.tracking.MlflowModel.Artifact;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends what a training queues to its run at a server, which it creates or continues in first. Used by one thread. */
final class MlflowSender {

    private static final Duration UPLOAD_LIMIT = Duration.ofSeconds(20);

    /** A slower connection is none: 40 MB have about 7 minutes. */
    private static final int BYTES_PER_SECOND = 100_000;

    private static final int LONGEST_REASON = 300;
    private static final String STORE = "mlflow-artifacts:/";

    private final URI server;
    private final String name;
    private final TrackedTraining training;
    private final MlflowQueue queue;
    private final Clock clock;
    private final Consumer<String> warn;
    private volatile @Nullable String id;
    private @Nullable MlflowClient client;
    private String artifacts = "";
    private String leftOut = "";
    private boolean begun;
    private boolean parametersLogged;

    /**
     * Sends nothing yet; for the parameters see {@link MlflowRun}.
     *
     * @param warn prints a warning
     */
    MlflowSender(
            URI server,
            @Nullable String id,
            String name,
            TrackedTraining training,
            MlflowQueue queue,
            Clock clock,
            Consumer<String> warn) {
        this.server = server;
        this.id = id;
        this.name = name;
        this.training = training;
        this.queue = queue;
        this.clock = clock;
        this.warn = warn;
    }

    /** Returns the server's name of the run; null before the server has given one. Called by any thread. */
    @Nullable
    String id() {
        return id;
    }

    /** Returns what to print of a problem, without what a server or a library quotes of secrets or control characters. */
    static String reason(@Nullable Throwable problem) {
        String message = problem == null ? "" : String.valueOf(problem.getMessage());
        boolean ours = problem instanceof IOException; // others may quote what they were given, such as a header
        return SafeText.of(ours ? message : String.valueOf(problem == null ? "" : problem.getClass()), LONGEST_REASON);
    }

    private MlflowClient client() throws IOException {
        MlflowClient made = client;
        if (made == null) {
            made = new MlflowClient(server, System.getenv());
            client = made;
        }
        return made;
    }

    private void begin() throws IOException {
        String known = id;
        MlflowClient.Run run = null;
        String problem = "";
        if (known != null) {
            try {
                run = client().resume(known);
                parametersLogged = true; // a run's parameters cannot change
            } catch (Refused e) {
                if (!e.isFinal()) {
                    throw e;
                }
                problem = reason(e);
            }
        }
        if (run == null) {
            Map<String, String> tags = Map.of("mlflow.source.name", "draem-trainer", "command", training.command());
            run = client().create(training.model(), name, tags, clock.millis());
        }
        if (known != null && !problem.isEmpty()) {
            warn.accept("MLflow at " + server + " has no run " + SafeText.of(known) + " to continue in (" + problem
                    + "): the training is shown as another run");
        }
        artifacts = run.artifacts();
        id = run.id();
        begun = true;
    }

    /** Returns which file was left out and why; empty for none. */
    String leftOut() {
        return leftOut;
    }

    void sendFigures() throws IOException {
        if (!begun) {
            begin();
        }
        String run = Objects.requireNonNull(id);
        if (!parametersLogged) {
            client().parameters(run, training.parameters());
            parametersLogged = true;
        }
        List<Metric> some = queue.metrics(MlflowClient.MOST_METRICS);
        while (!some.isEmpty()) {
            client().metrics(run, some);
            queue.removeMetrics(some.size());
            some = queue.metrics(MlflowClient.MOST_METRICS);
        }
    }

    void sendPictures() throws IOException {
        Artifact picture = queue.picture();
        while (picture != null) {
            upload(picture, limit(picture));
            queue.remove(picture);
            picture = queue.picture();
        }
    }

    void sendVersion(Path folder, long end) throws IOException {
        String run = Objects.requireNonNull(id);
        MlflowModel model = MlflowModel.of(folder, run, clock.instant());
        for (Artifact file : model.files()) {
            Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
            upload(file, left.compareTo(limit(file)) < 0 ? left : limit(file));
        }
        client().model(run, model.description());
    }

    private static Duration limit(Artifact file) {
        return UPLOAD_LIMIT.plusSeconds(file.bytes() / BYTES_PER_SECOND);
    }

    /** Uploads a file; one that the server refuses, or cannot take, is left out. */
    private void upload(Artifact artifact, Duration limit) throws IOException {
        boolean through = artifacts.startsWith(STORE)
                && !artifacts.startsWith(STORE + "/") // those of another server
                && !artifacts.contains("..");
        if (!through) {
            leftOut = "files of its runs go to " + SafeText.of(artifacts)
                    + ", which only its own clients reach: start the server with --serve-artifacts";
            return;
        }
        String path = artifacts.substring(STORE.length()) + "/" + artifact.path();
        try {
            client().upload(path, artifact.content(), limit);
        } catch (Refused e) {
            if (!e.isFinal()) {
                throw e;
            }
            leftOut = artifact.path() + ", " + reason(e);
        }
    }

    void sendEnd(Tracker.Ending ending) throws IOException {
        client().end(Objects.requireNonNull(id), ending, clock.millis());
    }
}
