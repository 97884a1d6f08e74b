package io.draem.trainer.cli;

import io.draem.trainer.tracking.Trackers;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of showing a training in experiment trackers. */
final class TrackingArguments {

    @Option(
            names = "--tensorboard",
            paramLabel = "DIR",
            description =
                    "Write losses, figures and pictures for TensorBoard to DIR/NAME-TIME (default: none, this project)")
    private @Nullable Path tensorBoard;

    @Option(
            names = "--mlflow",
            paramLabel = "URI",
            description = "Log options, losses, figures, pictures and the model to this MLflow server, as a run of the"
                    + " experiment NAME; an error of the server is a warning (default: none, this project)")
    private @Nullable String mlflow;

    Trackers options() {
        return Trackers.of(tensorBoard, mlflow);
    }
}
