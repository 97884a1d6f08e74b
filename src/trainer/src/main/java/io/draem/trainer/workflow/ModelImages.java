package io.draem.trainer.workflow;

import io.draem.image.ImageMeasures;
import io.draem.image.RgbImage;
import io.draem.model.ImageProfile;
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
import io.draem.trainer.evaluation.SyntheticImages;
import io.draem.trainer.evaluation.TestImages;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.ImageSource;
import io.draem.trainer.synthesis.SynthesisOptions;
import io.draem.trainer.training.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The images of one model: for training, for thresholds, and for evaluation. Training, export and import all open them here,
 * so that the same options give the same images in the same split.
 *
 * @param files of the images
 * @param normals training images
 * @param heldOut normal validation images; none if labelled images validate
 * @param whiteLevel of deep images; empty for the full range
 * @param synthesizer makes samples of them
 * @param progress reports all long work on them
 */
record ModelImages(
        Options options,
        ModelFiles files,
        ImageStore<float[]> normals,
        ImageStore<float[]> heldOut,
        OptionalInt whiteLevel,
        AnomalySynthesizer synthesizer,
        Progress progress) {

    /** A training validates several times; more images hardly change which weights are best. */
    private static final int IN_TRAINING = 400;

    private static final int BATCHES_AHEAD = 4;
    private static final int PARITY_IMAGES = 4;

    /** So many normal images, each with and without an anomaly, show the activations that int8 has to represent. */
    private static final int CALIBRATION_NORMALS = 16;

    /**
     * The options of a recipe that determine images.
     *
     * @param width of the model's input
     * @param height of the model's input
     * @param validation images that thresholds come from
     * @param synthesis the synthetic anomalies
     * @param seed of split and synthesis
     * @param whiteLevel of deep images, as requested
     */
    record Options(
            int width,
            int height,
            Recipe.Validation validation,
            SynthesisOptions synthesis,
            long seed,
            WhiteLevel whiteLevel) {

        static Options of(Recipe recipe, WhiteLevel whiteLevel) {
            return new Options(
                    recipe.imageSize().width(),
                    recipe.imageSize().height(),
                    recipe.validation(),
                    recipe.synthesis(),
                    recipe.seed(),
                    whiteLevel);
        }
    }

    /** Finds and reads all images, so that one that cannot be read is reported before the training. */
    static ModelImages open(
            Path data,
            @Nullable Path imagesFolder,
            @Nullable Path anomalySource,
            boolean skipUnreadable,
            Options options,
            int readers,
            Progress progress)
            throws IOException, InterruptedException, TrainerException {
        int width = options.width();
        int height = options.height();
        Dataset found = Dataset.open(data, imagesFolder);
        @Nullable FileTree sources = anomalySource == null ? null : FileTree.ofImages(anomalySource);
        List<Path> sourceFiles = sources == null ? List.of() : sources.images();
        FirstPass pass = FirstPass.of(LabelledImage.files(found.train()), sourceFiles, width, height);
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
        ImageStore<float[]> normals = ImageStore.tensors(
                LabelledImage.files(split.train()), width, height, whiteLevel, pass, memory, readers, progress);
        ImageStore<RgbImage> textures = sources == null
                ? null
                : ImageStore.pictures(
                        check.textures(),
                        width,
                        height,
                        check.decodedTextures().whiteLevel(WhiteLevel.AUTO),
                        pass,
                        memory,
                        readers,
                        progress);
        ImageStore<float[]> heldOut = ImageStore.tensors(
                LabelledImage.files(split.heldOut()), width, height, whiteLevel, pass, memory, readers, progress);
        return new ModelImages(
                options,
                files,
                normals,
                heldOut,
                whiteLevel,
                new AnomalySynthesizer(options.synthesis(), width, height, normals, textures),
                progress);
    }

    /** Starts a loader of batches at a step. */
    BatchLoader batches(long firstStep, int batchSize, int threads) {
        return new BatchLoader(normals, synthesizer, batchSize, options.seed(), firstStep, threads, BATCHES_AHEAD);
    }

    /** Returns the images to validate with, the same every time. */
    EvaluationSet validation() {
        return files.validatesOnSynthetic()
                ? SyntheticImages.of(heldOut, synthesizer, options.seed())
                : new TestImages(files.split().validation(), options.width(), options.height(), whiteLevel);
    }

    /**
     * Returns the images to validate with during a training: all of {@link #validation()}, or a few hundred of a large
     * set, drawn once.
     */
    EvaluationSet validationInTraining() {
        EvaluationSet all = validation();
        List<String> kinds = files.validatesOnSynthetic()
                ? IntStream.range(0, all.size())
                        .mapToObj(index -> index % 2 == 0 ? LabelledImage.GOOD : SyntheticImages.SYNTHETIC)
                        .toList()
                : files.split().validation().stream().map(LabelledImage::defect).toList();
        return DrawnImages.of(all, kinds, IN_TRAINING, options.seed());
    }

    /** Returns the images that figures are reported for. */
    EvaluationSet test() {
        return new TestImages(files.split().test(), options.width(), options.height(), whiteLevel);
    }

    /** Returns what the images to train on look like, before anything is done to them. */
    ImageProfile profile() {
        List<ImageMeasures> measures = new ArrayList<>();
        Progress.Work work = progress.begin("Measuring %d images", normals.size());
        for (int i = 0; i < normals.size(); i++) {
            measures.add(ImageMeasures.of(normals.get(i), options.width(), options.height()));
            work.done();
        }
        return ImageProfile.of(measures);
    }

    /** Returns a few real images, {@code [count, 3, height, width]}, to compare an exported graph on. */
    float[] parityImages() throws IOException {
        List<LabelledImage> some = (files.split().test().isEmpty()
                        ? files.split().train()
                        : files.split().test())
                .stream().limit(PARITY_IMAGES).toList();
        TestImages set = new TestImages(some, options.width(), options.height(), whiteLevel);
        int length = 3 * options.width() * options.height();
        float[] images = new float[some.size() * length];
        for (int i = 0; i < some.size(); i++) {
            System.arraycopy(set.load(i).pixels(), 0, images, i * length, length);
        }
        return images;
    }

    /**
     * Returns normal training images with and without synthetic anomalies, to take the ranges of activations from: without
     * anomalies the discriminative network would never show the activations that a defect causes.
     */
    EvaluationSet calibration() {
        int count = Math.min(CALIBRATION_NORMALS, normals.size());
        ImageSource<float[]> some = new ImageSource<>() {
            @Override
            public int size() {
                return count;
            }

            @Override
            public float[] get(int index) {
                return normals.get((int) ((long) index * normals.size() / count));
            }
        };
        return SyntheticImages.of(some, synthesizer, options.seed() + 1);
    }
}
