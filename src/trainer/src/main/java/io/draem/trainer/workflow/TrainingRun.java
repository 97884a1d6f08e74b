package io.draem.trainer.workflow;

import io.draem.frame.RegionOfInterest;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.trainer.data.FrameCrops;
import io.draem.trainer.data.Progress;
import io.draem.trainer.data.RegionFile;
import io.draem.trainer.data.WhiteLevel;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.network.ComputeDevice;
import io.draem.trainer.network.Threads;
import io.draem.trainer.onnxexport.ExportFormat;
import io.draem.trainer.onnxexport.ExportRefusedException;
import io.draem.trainer.tracking.Trackers;
import io.draem.trainer.tracking.Tracking;
import io.draem.trainer.training.CheckpointSchedule;
import io.draem.trainer.training.Checkpoints;
import io.draem.trainer.training.Recipe;
import io.draem.trainer.training.TrainedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One training from data to published model. Until the model is published, {@code OUTPUT/NAME/training} holds
 * checkpoints, from which an interrupted training continues.
 *
 * @param data folder or manifest of images
 * @param imagesFolder that the paths of a manifest start from; null for the manifest's own
 * @param output model directory
 * @param name of the model
 * @param anomalySource folder of textures; null for noise
 * @param skipUnreadable whether to continue without the files that cannot be used
 * @param startFrom file of the first weights; null for those of the recipe's initialization
 * @param regionFile of the region of interest; null without one
 * @param whiteLevel of deep images
 * @param device where libtorch computes
 * @param threads of libtorch
 * @param dataThreads that prepare batches
 * @param schedule of checkpoints
 * @param unfinished what to do with the checkpoints of an unfinished training
 * @param thresholds how they are found after the training
 * @param minRegionArea fewest pixels of a region of the model; null for none of its own
 * @param formats of the model, in addition to float32
 * @param trackers that show the training
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
        @Nullable Path regionFile,
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
        Trackers trackers,
        Invocation invocation) {

    /** What to do with existing checkpoints. */
    public enum Unfinished {
        REFUSE,
        RESUME,
        DELETE
    }

    /** Trains, calibrates, evaluates, exports, and publishes; prints results on {@code out}, progress and warnings on {@code log}. */
    public void execute(PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, ExportRefusedException, GraphRefusedException, TrainerException,
                    StoppedBySignalException {
        ModelVersion.requireFolder(output);
        Threads.use(threads);
        RegionOfInterest region = regionFile == null ? null : RegionFile.read(regionFile);
        StartWeights start = startFrom == null ? null : StartWeights.of(startFrom, recipe.network());
        Recipe whole = region == null ? recipe : recipe.with(region);
        if (start != null && !start.options().equals(recipe.network())) {
            out.println(name + ": this training takes its input as --start-from does: " + start.inputText());
            whole = whole.with(start.options());
        }
        with(whole).execute(start, region, out, log);
    }

    private void execute(
            @Nullable StartWeights start, @Nullable RegionOfInterest region, PrintWriter out, PrintWriter log)
            throws IOException, InterruptedException, ExportRefusedException, GraphRefusedException, TrainerException,
                    StoppedBySignalException {
        try (Checkpoints checkpoints = Checkpoints.open(output.resolve(name).resolve("training"));
                StopSignals signals = StopSignals.handle(log)) {
            if (unfinished == Unfinished.REFUSE && checkpoints.last().isPresent()) {
                throw new TrainerException("An unfinished training of " + name + " is in " + checkpoints.folder()
                        + ": continue it with --resume, or delete it and start again with --restart");
            }
            try (ModelImages images = ModelImages.open(
                            data,
                            imagesFolder,
                            anomalySource,
                            skipUnreadable,
                            ModelImages.Options.of(recipe, recipe.framing(region), whiteLevel),
                            checkpoints.folder(),
                            threads,
                            Progress.on(log));
                    Tracking tracking = new Tracking(trackers, checkpoints.folder(), Clock.systemUTC(), log)) {
                execute(start, images, checkpoints, tracking, signals, out, log);
            }
        }
    }

    private void execute(
            @Nullable StartWeights start,
            ModelImages images,
            Checkpoints checkpoints,
            Tracking tracking,
            StopSignals signals,
            PrintWriter out,
            PrintWriter log)
            throws IOException, InterruptedException, ExportRefusedException, GraphRefusedException, TrainerException,
                    StoppedBySignalException {
        requireValidationWithin(images);
        out.println(name + ": " + images.files().summary());
        images.validation().origin().ifPresent(out::println);
        if (images.normals() instanceof FrameCrops crops) {
            crops.notes().forEach(out::println);
        }
        recipe.warnings().forEach(out::println);
        images.files()
                .sizeNotes(images.options().framing(), images.options().input())
                .forEach(out::println);
        out.flush();
        TrainedModel model = new ResumableTraining(this, images, start, checkpoints, tracking, signals, log).train();
        TrainingResult result = new TrainingResult(
                new Publisher(output, invocation),
                name,
                recipe,
                images,
                model,
                thresholds,
                minRegionArea,
                startDigest(start),
                device,
                threads);
        Path published;
        try {
            published = result.publish(out);
        } catch (IOException | ExportRefusedException | RuntimeException e) {
            log.println("The trained weights are kept; publish them with: " + invocation.resuming());
            log.flush();
            throw e;
        }
        checkpoints.discard();
        tracking.published(model.step(), published);
        try {
            result.exportOtherFormats(published, formats, signals, out);
        } catch (IOException
                | ExportRefusedException
                | GraphRefusedException
                | StoppedBySignalException
                | RuntimeException e) {
            log.println("The model in " + published
                    + " is complete; its other formats can be made with: export --checkpoint "
                    + published.resolve(Publisher.CHECKPOINT) + " --data " + data
                    + (imagesFolder == null ? "" : " --images " + imagesFolder)
                    + (anomalySource == null ? "" : " --anomaly-source " + anomalySource) + " --output " + output
                    + " --format FORMATS");
            log.flush();
            throw e;
        }
    }

    /** Returns the digest of the file of the initial weights, a given or the pretrained one; empty for random ones. */
    String startDigest(@Nullable StartWeights start) {
        return start == null ? recipe.initialization().digest() : start.digest();
    }

    /** Returns this training with another recipe. */
    private TrainingRun with(Recipe newRecipe) {
        return new TrainingRun(
                data,
                imagesFolder,
                output,
                name,
                anomalySource,
                skipUnreadable,
                startFrom,
                regionFile,
                whiteLevel,
                device,
                threads,
                dataThreads,
                newRecipe,
                schedule,
                unfinished,
                thresholds,
                minRegionArea,
                formats,
                trackers,
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
}
