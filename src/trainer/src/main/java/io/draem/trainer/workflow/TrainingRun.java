package io.draem.trainer.workflow;

import io.draem.model.ModelCardException;
import io.draem.trainer.data.Progress;
import io.draem.trainer.data.WhiteLevel;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.network.ComputeDevice;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.Threads;
import io.draem.trainer.onnxexport.ExportFormat;
import io.draem.trainer.onnxexport.ExportRefusedException;
import io.draem.trainer.training.Checkpoint;
import io.draem.trainer.training.CheckpointSchedule;
import io.draem.trainer.training.Checkpoints;
import io.draem.trainer.training.DivergedException;
import io.draem.trainer.training.Recipe;
import io.draem.trainer.training.StoppedException;
import io.draem.trainer.training.TrainedModel;
import io.draem.trainer.training.Training;
import io.draem.trainer.training.TrainingOrigin;
import io.draem.trainer.training.TrainingSetup;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One training from data to published model. Until the model is published, {@code OUTPUT/NAME/training} holds
 * checkpoints, from which it can go on after whatever ended it.
 *
 * @param data folder or manifest of images
 * @param imagesFolder that the paths of a manifest start from; null for the manifest's own
 * @param output model directory
 * @param name of the model
 * @param anomalySource folder of textures; null for noise
 * @param skipUnreadable whether to go on without the files that cannot be used
 * @param startFrom file of the first weights; null for random ones
 * @param whiteLevel of deep images
 * @param device where libtorch computes
 * @param threads of libtorch
 * @param dataThreads that prepare batches
 * @param schedule of checkpoints
 * @param unfinished what becomes of the checkpoints of an unfinished training
 * @param thresholds how they are to be found after the training
 * @param minRegionArea fewest pixels of a region of the model; null for none of its own
 * @param formats that the model is exported in, beside float32
 * @param invocation the command line of this run
 */
public record TrainingRun(
        Path data,
        @Nullable Path imagesFolder,
        Path output,
        String name,
        @Nullable Path anomalySource,
        boolean skipUnreadable,
        @Nullable Path startFrom,
        WhiteLevel whiteLevel,
        ComputeDevice device,
        int threads,
        int dataThreads,
        Recipe recipe,
        CheckpointSchedule schedule,
        Unfinished unfinished,
        ThresholdOptions thresholds,
        @Nullable Integer minRegionArea,
        List<ExportFormat> formats,
        Invocation invocation) {

    /** What to do where there are checkpoints. */
    public enum Unfinished {
        REFUSE,
        RESUME,
        DELETE
    }

    /** Trains, calibrates, evaluates, exports, and publishes; says on {@code out} what it does and on {@code log} how far. */
    public void execute(PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, ExportRefusedException, ModelCardException, TrainerException,
                    StoppedBySignalException {
        Threads.use(threads);
        StartWeights start = startFrom == null ? null : StartWeights.of(startFrom, recipe.network());
        if (start == null || start.options().equals(recipe.network())) {
            execute(start, out, log);
            return;
        }
        out.println(name + ": --start-from normalizes its input with the "
                + start.options().inputNormalization() + " inside the network, and so does this training");
        with(start.options()).execute(start, out, log);
    }

    private void execute(@Nullable StartWeights start, PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, ExportRefusedException, ModelCardException, TrainerException,
                    StoppedBySignalException {
        try (Checkpoints checkpoints = Checkpoints.open(output.resolve(name).resolve("training"));
                StopSignals signals = StopSignals.handle(log)) {
            if (unfinished == Unfinished.REFUSE && checkpoints.last().isPresent()) {
                throw new TrainerException("An unfinished training of " + name + " is in " + checkpoints.folder()
                        + ": go on with it (--resume), or delete it and start anew (--restart)");
            }
            ModelImages images = ModelImages.open(
                    data,
                    imagesFolder,
                    anomalySource,
                    skipUnreadable,
                    ModelImages.Options.of(recipe, whiteLevel),
                    threads,
                    Progress.on(log));
            requireValidationWithin(images);
            out.println(name + ": " + images.summary());
            out.flush();
            TrainedModel model = train(images, start, checkpoints, signals, log);
            Publication publication = new Publication(
                    output,
                    name,
                    recipe,
                    images,
                    model,
                    thresholds,
                    minRegionArea,
                    start == null ? "" : start.digest(),
                    device,
                    threads,
                    invocation);
            Path published;
            try {
                published = publication.publish(out);
            } catch (IOException | ExportRefusedException | RuntimeException e) {
                log.println("The trained weights are kept; publish them with: " + invocation.resuming());
                log.flush();
                throw e;
            }
            checkpoints.discard();
            try {
                publication.exportOtherFormats(published, formats, signals, out);
            } catch (IOException
                    | ExportRefusedException
                    | ModelCardException
                    | StoppedBySignalException
                    | RuntimeException e) {
                log.println("The model in " + published
                        + " is complete; its other formats can be made with: export --checkpoint "
                        + published.resolve(NetworkPublishing.CHECKPOINT) + " --data " + data
                        + (imagesFolder == null ? "" : " --images " + imagesFolder)
                        + (anomalySource == null ? "" : " --anomaly-source " + anomalySource) + " --output " + output
                        + " --format FORMATS");
                log.flush();
                throw e;
            }
        }
    }

    /** Returns this training of a network with other options. */
    private TrainingRun with(NetworkOptions network) {
        return new TrainingRun(
                data,
                imagesFolder,
                output,
                name,
                anomalySource,
                skipUnreadable,
                startFrom,
                whiteLevel,
                device,
                threads,
                dataThreads,
                recipe.with(network),
                schedule,
                unfinished,
                thresholds,
                minRegionArea,
                formats,
                invocation);
    }

    private void requireValidationWithin(ModelImages images) throws TrainerException {
        long steps = recipe.length().stepsFor(images.normals().size());
        try {
            recipe.selection()
                    .requireWithin(
                            steps,
                            "the " + steps + " steps of --epochs "
                                    + recipe.length().epochs());
        } catch (IllegalArgumentException e) {
            throw new TrainerException(String.valueOf(e.getMessage()));
        }
    }

    private TrainedModel train(
            ModelImages images,
            @Nullable StartWeights start,
            Checkpoints checkpoints,
            StopSignals signals,
            PrintWriter log)
            throws IOException, InterruptedException, TrainerException, StoppedBySignalException {
        TrainingOrigin origin = new TrainingOrigin(
                recipe,
                images.digest(),
                images.parts(),
                images.textureDigest(),
                start == null ? "" : start.digest(),
                device,
                threads,
                TrainerVersion.current(),
                images.whiteLevel().isPresent() ? images.whiteLevel().getAsInt() : null);
        Checkpoint from = checkpoint(origin, checkpoints, log);
        long steps = recipe.length().stepsFor(images.normals().size());
        long first = from == null ? 0 : from.step();
        signals.hold("finishing the step and saving");
        HeldOutValidator validator = new HeldOutValidator(images);
        int all = images.validation().size();
        if (validator.images().size() < all) {
            log.println("Validations during the training run over "
                    + validator.images().size() + " of " + all
                    + " validation images, drawn once; the thresholds come from all of them");
            log.flush();
        }
        String validation = images.validatesOnSynthetic() ? "held-out images" : "validation images";
        try (TrainingProgress progress =
                new TrainingProgress(log, first, steps, recipe.length().batchSize(), validation)) {
            TrainedModel model = Training.run(
                    new TrainingSetup(
                            origin,
                            steps,
                            start != null
                                    ? start::network
                                    : () -> DraemNetwork.create(
                                            recipe.network(), recipe.initialization(), recipe.seed()),
                            device,
                            step -> images.batches(step, recipe.length().batchSize(), dataThreads),
                            validator,
                            checkpoints,
                            schedule,
                            progress,
                            signals::stopRequested),
                    from);
            if (signals.stopRequested()) { // after the last step
                throw new StoppedBySignalException(
                        "Stopped before the publishing. Go on with:\n  " + invocation.resuming(), signals.status());
            }
            return model;
        } catch (StoppedException e) {
            throw new StoppedBySignalException(
                    e.getMessage() + ". Go on with:\n  " + invocation.resuming(), signals.status());
        } catch (DivergedException e) {
            throw new TrainerException(
                    e.getMessage() + ": the training went astray. "
                            + lastGood(checkpoints, "It is of no use to go on from there with the same options.")
                            + " Start anew with --restart and a smaller --learning-rate, --gradient-clip 1 or --precision float32");
        } catch (IOException e) {
            throw new TrainerException(TrainerException.sentence(e) + ". "
                    + lastGood(checkpoints, "Fix it, then continue with:\n  " + invocation.resuming()));
        } finally {
            signals.release();
        }
    }

    private @Nullable Checkpoint checkpoint(TrainingOrigin origin, Checkpoints checkpoints, PrintWriter log)
            throws IOException, TrainerException {
        if (unfinished != Unfinished.RESUME) {
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
                        + "\nGive the same options and images as before, or start anew (--restart)");
            }
            if (origin.testsOnOtherImagesThan(from.origin())) {
                log.println(
                        "The test images, or files that are not used, have changed since the checkpoint: the training"
                                + " continues, and its figures are of the test images as they are now");
            }
            origin.deviationsFrom(from.origin())
                    .forEach(line -> log.println("The weights may differ in their last bits: " + line));
            log.println("Going on after step " + from.step());
        }
        log.flush();
        return from;
    }

    private static String lastGood(Checkpoints checkpoints, String wayOn) throws IOException {
        return checkpoints
                .last()
                .map(file -> "The last good checkpoint is " + file + ". " + wayOn)
                .orElse("There is no checkpoint yet.");
    }
}
