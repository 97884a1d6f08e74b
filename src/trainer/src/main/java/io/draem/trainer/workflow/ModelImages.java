package io.draem.trainer.workflow;

import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.image.RgbImage;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.data.DataSplit;
import io.draem.trainer.data.Dataset;
import io.draem.trainer.data.DatasetCheck;
import io.draem.trainer.data.FileTree;
import io.draem.trainer.data.FirstPass;
import io.draem.trainer.data.ImageMemory;
import io.draem.trainer.data.ImageStore;
import io.draem.trainer.data.LabelledImage;
import io.draem.trainer.data.Progress;
import io.draem.trainer.data.WhiteLevel;
import io.draem.trainer.evaluation.DrawnImages;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.FrameImages;
import io.draem.trainer.evaluation.SyntheticImages;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.NormalSource;
import io.draem.trainer.synthesis.SynthesisOptions;
import io.draem.trainer.training.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The images of one model: for training, for thresholds, and for evaluation. Training, export and import all open them here,
 * so that the same options give the same images in the same split.
 *
 * @param files of the images
 * @param trained training images
 * @param heldOut normal validation images; none if labelled images validate
 * @param whiteLevel of deep images; empty for the full range
 * @param synthesizer makes samples of them
 * @param progress reports all long work on them
 */
record ModelImages(
        Options options,
        ModelFiles files,
        NormalImages trained,
        NormalImages heldOut,
        OptionalInt whiteLevel,
        AnomalySynthesizer synthesizer,
        Progress progress)
        implements AutoCloseable {

    /** Inputs of a validation in training, of which there are several; more hardly change which weights are best. */
    private static final int INPUTS_IN_TRAINING = 400;

    private static final int LEAST_IN_TRAINING = 16;

    /** More training images hardly change how their scores compare with those of the others. */
    private static final int MOST_TRAINED = 64;

    private static final int BATCHES_AHEAD = 4;
    private static final int PARITY_IMAGES = 4;

    /** So many normal images, each with and without an anomaly, show the activations that int8 has to represent. */
    private static final int CALIBRATION_NORMALS = 16;

    /**
     * The options of a recipe that determine images.
     *
     * @param input size of the model's input
     * @param framing how the model takes images
     * @param validation images that thresholds come from
     * @param synthesis the synthetic anomalies
     * @param seed of split and synthesis
     * @param whiteLevel of deep images, as requested
     */
    record Options(
            FrameSize input,
            Framing framing,
            Recipe.Validation validation,
            SynthesisOptions synthesis,
            long seed,
            WhiteLevel whiteLevel) {

        static Options of(Recipe recipe, Framing framing, WhiteLevel whiteLevel) {
            return new Options(
                    recipe.imageSize(), framing, recipe.validation(), recipe.synthesis(), recipe.seed(), whiteLevel);
        }
    }

    /**
     * Finds and reads all images, so that one that cannot be read is reported before the training.
     *
     * @param scratch existing folder for frames that are too many for the memory; null to decode those again each time
     */
    static ModelImages open(
            Path data,
            @Nullable Path imagesFolder,
            @Nullable Path anomalySource,
            boolean skipUnreadable,
            Options options,
            @Nullable Path scratch,
            int readers,
            Progress progress)
            throws IOException, InterruptedException, TrainerException {
        FrameSize input = options.input();
        Tiling tiling = options.framing().tiling();
        Dataset found = Dataset.open(data, imagesFolder);
        @Nullable FileTree sources = anomalySource == null ? null : FileTree.ofImages(anomalySource);
        List<Path> sourceFiles = sources == null ? List.of() : sources.images();
        List<Path> trainFiles = LabelledImage.files(found.train());
        FirstPass pass = tiling == null
                ? FirstPass.ofWhole(trainFiles, sourceFiles, input)
                : FirstPass.ofFrames(trainFiles, sourceFiles, input, tiling);
        DatasetCheck check =
                DatasetCheck.of(found, sourceFiles, readers, progress, pass).requireAllUnless(skipUnreadable);
        Dataset dataset = check.dataset().requireTraining();
        if (sources != null && check.textures().isEmpty()) {
            throw new TrainerException("No image of --anomaly-source " + anomalySource + " can be used");
        }
        DataSplit split = DataSplit.of(
                dataset, options.validation().split(), options.validation().heldOut(), options.seed());
        OptionalInt whiteLevel = check.decoded().whiteLevel(options.whiteLevel());
        ModelFiles files = ModelFiles.of(check, split, sources, options.whiteLevel(), pass.digests());
        ImageMemory memory = ImageMemory.quarterOfHeap();
        NormalImages.Opener opener =
                new NormalImages.Opener(input, options.framing(), whiteLevel, pass, memory, scratch, readers, progress);
        // Textures have no scratch file, and frames have one; whole images are used more often than textures.
        ImageStore<RgbImage> early = tiling == null ? null : textures(check, input, pass, memory, readers, progress);
        NormalImages trained = opener.open(split.train());
        NormalImages heldOut = null;
        boolean opened = false;
        try {
            ImageStore<RgbImage> textures =
                    tiling == null ? textures(check, input, pass, memory, readers, progress) : early;
            heldOut = opener.open(split.heldOut());
            AnomalySynthesizer synthesizer = new AnomalySynthesizer(
                    options.synthesis(), input.width(), input.height(), trained.source(), textures);
            opened = true;
            return new ModelImages(options, files, trained, heldOut, whiteLevel, synthesizer, progress);
        } finally {
            if (!opened) {
                NormalImages.close(trained, heldOut);
            }
        }
    }

    private static @Nullable ImageStore<RgbImage> textures(
            DatasetCheck check, FrameSize size, FirstPass pass, ImageMemory memory, int readers, Progress progress)
            throws IOException, InterruptedException {
        OptionalInt whiteLevel = check.decodedTextures().whiteLevel(WhiteLevel.AUTO);
        return check.textures().isEmpty()
                ? null
                : ImageStore.pictures(
                        check.textures(), size.width(), size.height(), whiteLevel, pass, memory, readers, progress);
    }

    /** Returns the training images as a training draws them. */
    NormalSource normals() {
        return trained.source();
    }

    /** Returns where frames are that are not in memory, in sentences. */
    List<String> notes() {
        return Stream.of(trained, heldOut)
                .flatMap(images -> images.note().stream())
                .toList();
    }

    /** Starts a loader of batches at a step. */
    BatchLoader batches(long firstStep, int batchSize, int threads) {
        return new BatchLoader(normals(), synthesizer, batchSize, options.seed(), firstStep, threads, BATCHES_AHEAD);
    }

    /** Returns the images to validate with, the same every time. */
    EvaluationSet validation() throws IOException {
        return files.validatesOnSynthetic()
                ? heldOut.synthetic(synthesizer, options.seed())
                : labelled(files.split().validation());
    }

    /**
     * Returns the images to validate with during a training: all of {@link #validation()}, or some of a large set, drawn
     * once.
     */
    EvaluationSet validationInTraining() throws IOException {
        EvaluationSet all = validation();
        List<String> kinds = all instanceof SyntheticImages synthetic
                ? synthetic.kinds()
                : files.split().validation().stream().map(LabelledImage::defect).toList();
        int limit = Math.max(LEAST_IN_TRAINING, INPUTS_IN_TRAINING / trained.medianInputs());
        return DrawnImages.of(all, kinds, limit, options.seed());
    }

    /** Returns the images that were trained on, as the model takes them. */
    EvaluationSet trainedImages() {
        return labelled(files.split().train());
    }

    /** Returns some of those, drawn once, for scores to compare with; none where images are so large that it takes long. */
    EvaluationSet comparedImages() {
        int limit = Math.min(MOST_TRAINED, INPUTS_IN_TRAINING / trained.medianInputs());
        return DrawnImages.of(trainedImages(), limit < LEAST_IN_TRAINING ? 0 : limit, options.seed());
    }

    /** Returns the images that figures are reported for. */
    EvaluationSet test() {
        return labelled(files.split().test());
    }

    private EvaluationSet labelled(List<LabelledImage> images) {
        return new FrameImages(images, options.framing(), options.input(), whiteLevel);
    }

    /** Returns inputs of a few real images, {@code [count, 3, height, width]}, to compare an exported graph on. */
    float[] parityImages() throws IOException {
        List<LabelledImage> some = (files.split().test().isEmpty()
                        ? files.split().train()
                        : files.split().test())
                .stream().limit(PARITY_IMAGES).toList();
        EvaluationSet set = labelled(some);
        int length = 3 * options.input().pixels();
        float[] images = new float[some.size() * length];
        for (int i = 0; i < some.size(); i++) {
            System.arraycopy(set.load(i).sampledInput(), 0, images, i * length, length);
        }
        return images;
    }

    /**
     * Returns inputs of normal training images with and without synthetic anomalies, to take the ranges of activations
     * from: without anomalies the discriminative network would never show the activations that a defect causes.
     */
    EvaluationSet calibration() {
        NormalSource some = normals().some(CALIBRATION_NORMALS);
        FrameSize input = options.input();
        FramePlan plan = FramePlan.of(Framing.WHOLE, input, input.width(), input.height(), null);
        return SyntheticImages.of(
                some, Collections.nCopies(some.size(), "training image"), plan, synthesizer, options.seed() + 1);
    }

    @Override
    public void close() throws IOException {
        NormalImages.close(trained, heldOut);
    }
}
