package io.draem.trainer.workflow;

import io.draem.runtime.detection.FrameDetector;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.RankingFigures;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.tracking.TrackedTraining;
import io.draem.trainer.tracking.Tracking;
import io.draem.trainer.training.Checkpoint;
import io.draem.trainer.training.Checkpoints;
import io.draem.trainer.training.DivergedException;
import io.draem.trainer.training.Recipe;
import io.draem.trainer.training.StoppedException;
import io.draem.trainer.training.TrainedModel;
import io.draem.trainer.training.Training;
import io.draem.trainer.training.TrainingListener;
import io.draem.trainer.training.TrainingOrigin;
import io.draem.trainer.training.TrainingSetup;
import io.draem.trainer.training.ValidationFigures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a training, from its options and images to its weights: it continues after the last checkpoint if it is
 * resumed, saves and stops on a signal, and explains how to continue after a failure.
 *
 * @param run options of the training
 * @param images to train on and to validate with
 * @param start first weights; null for those of the recipe's initialization
 * @param checkpoints of this training, or of an unfinished one
 * @param tracking shows it in experiment trackers
 * @param log for warnings and progress
 */
record ResumableTraining(
        TrainingRun run,
        ModelImages images,
        @Nullable StartWeights start,
        Checkpoints checkpoints,
        Tracking tracking,
        StopSignals signals,
        PrintWriter log) {

    /**
     * Trains the weights.
     *
     * @throws StoppedBySignalException if a signal stopped the training; its message has the command that resumes it
     * @throws TrainerException if the options do not fit the checkpoint, or the training failed
     */
    TrainedModel train() throws IOException, InterruptedException, TrainerException, StoppedBySignalException {
        Recipe recipe = run.recipe();
        TrainingOrigin origin = origin();
        Checkpoint from = checkpoint(origin);
        long steps = recipe.length().stepsFor(images.normals().size());
        long first = from == null ? 0 : from.step();
        int batchSize = recipe.length().batchSize();
        signals.hold("finishing the step and saving");
        EvaluationSet validation = validation();
        String validated = images.files().validatesOnSynthetic() ? "held-out images" : "validation images";
        tracking.begin(new TrackedTraining(
                run.name(),
                run.invocation().commandLine(),
                origin.parameters(),
                from != null,
                first,
                steps,
                batchSize));
        SamplePictures pictures = new SamplePictures(validation.until(signals::stopRequested), recipe.imageSize());
        try (TrainingProgress progress = new TrainingProgress(log, first, steps, batchSize, validated)) {
            TrainedModel model = Training.run(
                    new TrainingSetup(
                            origin,
                            steps,
                            start != null
                                    ? start::network
                                    : () -> DraemNetwork.create(
                                            recipe.network(), recipe.initialization(), recipe.seed()),
                            run.device(),
                            step -> images.batches(step, batchSize, run.dataThreads()),
                            (step, network, abandon) -> {
                                ValidationFigures figures = validate(step, network, validation, abandon);
                                show(step, network, pictures);
                                return figures;
                            },
                            checkpoints,
                            run.schedule(),
                            TrainingListener.all(List.of(progress, tracking)),
                            signals::stopRequested),
                    from);
            if (signals.stopRequested()) { // after the last step
                throw stopped("Stopped before publishing");
            }
            if (tracking.isOn() && model.curve().validations().stream().noneMatch(one -> one.step() == model.step())) {
                try (DraemNetwork network = DraemNetwork.load(recipe.network(), model.weights())) {
                    show(model.step(), network, pictures);
                }
            }
            return model;
        } catch (StoppedException e) {
            throw stopped(String.valueOf(e.getMessage()));
        } catch (DivergedException e) {
            throw new TrainerException(e.getMessage() + ": the training has diverged. "
                    + lastGood("Resuming from it with the same options does not help.")
                    + " Start again with --restart and a smaller --learning-rate, --gradient-clip 1 or --precision"
                    + " float32");
        } catch (IOException e) {
            throw new TrainerException(TrainerException.sentence(e) + ". "
                    + lastGood(
                            "Fix it, then continue with:\n  " + run.invocation().resuming()));
        } finally {
            signals.release();
        }
    }

    /** Shows pictures in trackers; a training does not fail because of them. */
    private void show(long step, DraemNetwork network, SamplePictures pictures) {
        if (!tracking.isOn()) {
            return;
        }
        try {
            tracking.pictures(step, pictures.of(network));
        } catch (IOException | UncheckedIOException e) {
            log.println("warning: trackers show no pictures of step " + step + ": " + e.getMessage());
            log.flush();
        }
    }

    private TrainingOrigin origin() {
        return new TrainingOrigin(
                run.recipe(),
                images.files().digest(),
                images.files().parts(),
                images.files().textureDigest(),
                run.startDigest(start),
                run.device(),
                run.threads(),
                TrainerVersion.current(),
                images.whiteLevel().isPresent() ? images.whiteLevel().getAsInt() : null);
    }

    /** Returns the checkpoint after which the training continues; null to begin at step 0. */
    private @Nullable Checkpoint checkpoint(TrainingOrigin origin) throws IOException, TrainerException {
        if (run.unfinished() != TrainingRun.Unfinished.RESUME) {
            checkpoints.discard();
            return null;
        }
        Checkpoint from = checkpoints.newest(log::println);
        if (from == null) {
            log.println("No checkpoint in " + checkpoints.folder() + ": starting at step 0");
        } else {
            List<String> differences = origin.differencesFrom(from.origin());
            if (!differences.isEmpty()) {
                throw new TrainerException("The checkpoint of step " + from.step() + " in " + checkpoints.folder()
                        + " is of another training:\n  " + String.join("\n  ", differences)
                        + "\nGive the same options and images as before, or start again with --restart");
            }
            if (origin.testsOnOtherImagesThan(from.origin())) {
                log.println(
                        "The test images, or files that are not used, have changed since the checkpoint: the training"
                                + " continues, and its figures are of the test images as they are now");
            }
            origin.deviationsFrom(from.origin())
                    .forEach(line -> log.println("The weights may differ in their last bits: " + line));
            log.println("Continuing after step " + from.step());
        }
        log.flush();
        return from;
    }

    private EvaluationSet validation() throws IOException {
        EvaluationSet validation = images.validationInTraining();
        int all = images.validation().size();
        if (validation.size() < all && run.recipe().selection().validates()) {
            log.println("Validations during the training run over " + validation.size() + " of " + all
                    + " validation images, drawn once; the thresholds come from all of them");
            log.flush();
        }
        return validation;
    }

    /** Evaluates weights on the validation images, never on the test images. */
    private ValidationFigures validate(
            long step, DraemNetwork network, EvaluationSet validation, BooleanSupplier abandon) throws IOException {
        ModelImages.Options options = images.options();
        FrameDetector detector = new FrameDetector(
                new NetworkDetector(
                        network, options.input().width(), options.input().height()),
                options.framing().score());
        EvaluationSet watched = validation.until(abandon).reporting(images.progress(), "Validating on %d images");
        RankingFigures figures = RankingFigures.of(Scores.of(watched, detector));
        return new ValidationFigures(step, figures.imageAuroc(), figures.pixelAuroc(), figures.pixelAveragePrecision());
    }

    private StoppedBySignalException stopped(String message) {
        tracking.stopped();
        return new StoppedBySignalException(
                message + ". Continue with:\n  " + run.invocation().resuming(), signals.status());
    }

    private String lastGood(String remedy) throws IOException {
        return checkpoints
                .last()
                .map(file -> "The last good checkpoint is " + file + ". " + remedy)
                .orElse("There is no checkpoint yet.");
    }
}
