package io.draem.trainer.cli;

import io.draem.trainer.training.CheckpointSchedule;
import io.draem.trainer.workflow.TrainingRun;
import java.time.Duration;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options of saving and resuming a training. */
final class CheckpointArguments {

    private static final double MILLIS_PER_MINUTE = 60_000;

    @Option(
            names = "--checkpoint-minutes",
            paramLabel = "M",
            defaultValue = "10",
            description = "Minutes between checkpoints in OUTPUT/NAME/training; 0: none by time (this project)")
    double minutes;

    @Option(
            names = "--checkpoint-steps",
            paramLabel = "N",
            defaultValue = "0",
            description = "Steps between checkpoints; 0: none by steps (this project)")
    long steps;

    @ArgGroup
    private Start start = new Start();

    /** One of the two. */
    private static final class Start {

        @Option(
                names = "--resume",
                description = "Resume from the newest valid checkpoint; start from the beginning if there is none")
        private boolean resume;

        @Option(
                names = "--restart",
                description = "Delete the checkpoints of an unfinished training and start from the beginning")
        private boolean restart;
    }

    CheckpointSchedule schedule() {
        if (!(minutes >= 0 && minutes <= Integer.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "--checkpoint-minutes must be from 0 to " + Integer.MAX_VALUE + ", not " + minutes);
        }
        // Rounded up: only 0 disables it.
        return new CheckpointSchedule(steps, Duration.ofMillis((long) Math.ceil(minutes * MILLIS_PER_MINUTE)));
    }

    /** Returns how to treat the checkpoints of an unfinished training. */
    TrainingRun.Unfinished unfinished() {
        return start.resume
                ? TrainingRun.Unfinished.RESUME
                : start.restart ? TrainingRun.Unfinished.DELETE : TrainingRun.Unfinished.REFUSE;
    }
}
