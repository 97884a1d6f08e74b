package io.draem.trainer.cli;

import io.draem.trainer.training.CheckpointSchedule;
import io.draem.trainer.workflow.TrainingRun;
import java.time.Duration;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that say when a training is saved, and whether it goes on. */
final class CheckpointArguments {

    private static final double MILLIS_PER_MINUTE = 60_000;

    @Option(
            names = "--checkpoint-minutes",
            paramLabel = "M",
            defaultValue = "10",
            description = "Minutes from one checkpoint (OUTPUT/NAME/training) to the next; 0 for none by the clock")
    double minutes;

    @Option(
            names = "--checkpoint-steps",
            paramLabel = "N",
            defaultValue = "0",
            description = "Steps from one checkpoint to the next; 0 for none by steps")
    long steps;

    @ArgGroup
    private Start start = new Start();

    /** How to begin: one of the two. */
    private static final class Start {

        @Option(
                names = "--resume",
                description = "Go on from the newest good checkpoint; from the beginning where there is none")
        private boolean resume;

        @Option(names = "--restart", description = "Delete the checkpoints of an unfinished training and start anew")
        private boolean restart;
    }

    CheckpointSchedule schedule() {
        if (!(minutes >= 0 && minutes <= Integer.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "--checkpoint-minutes must lie within 0 and " + Integer.MAX_VALUE + ", not " + minutes);
        }
        // Rounded up, so that only 0 means none.
        return new CheckpointSchedule(steps, Duration.ofMillis((long) Math.ceil(minutes * MILLIS_PER_MINUTE)));
    }

    /** Returns what to do with the checkpoints of an unfinished training. */
    TrainingRun.Unfinished unfinished() {
        return start.resume
                ? TrainingRun.Unfinished.RESUME
                : start.restart ? TrainingRun.Unfinished.DELETE : TrainingRun.Unfinished.REFUSE;
    }
}
