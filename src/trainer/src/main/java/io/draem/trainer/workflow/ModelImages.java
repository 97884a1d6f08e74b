package io.draem.trainer.workflow;

import io.draem.image.ImageMeasures;
import io.draem.image.RgbImage;
import io.draem.model.ImageProfile;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.data.DataDigest;
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
import io.draem.trainer.training.TrainingOrigin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The images of one model: what it is trained on, what its thresholds come from, and what it is evaluated by. Training, export
 * and import open them here alone, so the same options give the same images in the same split.
 *
 * @param split which train, validate and test
 * @param notes what a person should know of the images, in sentences
 * @param skippedFiles how many files were left out because they cannot be used
 * @param digest of all images as they were before anything was done with them, whatever becomes of the files meanwhile
 * @param parts digests of the same by what they are for
 * @param textureDigest of the anomaly-source images; empty without any
 * @param textures how many of those there are
 * @param normals the images to train on
 * @param heldOut normal images to validate on; none where labelled ones do
 * @param whiteLevel of deep images; empty for the full range
 * @param synthesizer what makes samples of them
 * @param progress reports all long work on them
 */
public record ModelImages(
        Options options,
        DataSplit split,
        List<String> notes,
        int skippedFiles,
        String digest,
        TrainingOrigin.Parts parts,
        String textureDigest,
        int textures,
        ImageStore<float[]> normals,
        ImageStore<float[]> heldOut,
        OptionalInt whiteLevel,
        AnomalySynthesizer synthesizer,
        Progress progress) {

    /** A validation runs several times in a training and must stay cheap; more images hardly change which is best. */
    private static final int IN_TRAINING = 400;

    private static final int BATCHES_AHEAD = 4;
    private static final int PARITY_IMAGES = 4;

    /** As many normal images as this, each with and without an anomaly, show int8 what activations there are. */
    private static final int CALIBRATION_NORMALS = 16;

    /**
     * What of a recipe decides over images.
     *
     * @param width of the model's input
     * @param height of the model's input
     * @param validation which images thresholds come from
     * @param synthesis the synthetic anomalies
     * @param seed of split and synthesis
     * @param whiteLevel of deep images, as it was asked for
     */
    public record Options(
            int width,
            int height,
            Recipe.Validation validation,
            SynthesisOptions synthesis,
            long seed,
            WhiteLevel whiteLevel) {

        static Options of(Recipe recipe, WhiteLevel whiteLevel) {
            return new Options(
                    recipe.imageSize(),
                    recipe.imageSize(),
                    recipe.validation(),
                    recipe.synthesis(),
                    recipe.seed(),
                    whiteLevel);
        }
    }

    /** Finds and reads all images; one that cannot be read is named now rather than hours later. */
    static ModelImages open(
            Path data,
            @Nullable Path imagesFolder,
            @Nullable Path anomalySource,
            boolean skipUnreadable,
            Options options,
            int readers,
            Progress progress)
            throws IOException, InterruptedException, TrainerException {
        Dataset found = Dataset.open(data, imagesFolder);
        @Nullable FileTree sources = anomalySource == null ? null : FileTree.ofImages(anomalySource);
        List<Path> sourceFiles = sources == null ? List.of() : sources.images();
        FirstPass pass =
                FirstPass.of(LabelledImage.files(found.train()), sourceFiles, options.width(), options.height());
        DatasetCheck check =
                DatasetCheck.of(found, sourceFiles, readers, progress, pass).requireAllUnless(skipUnreadable);
        Dataset dataset = check.dataset().requireTraining();
        List<Path> textureFiles = check.textures();
        if (anomalySource != null && textureFiles.isEmpty()) {
            throw new TrainerException("No image of --anomaly-source " + anomalySource + " can be used");
        }
        DataSplit split = DataSplit.of(
                dataset, options.validation().split(), options.validation().heldOut(), options.seed());
        int width = options.width();
        int height = options.height();
        OptionalInt whiteLevel = check.decoded().whiteLevel(options.whiteLevel());
        Map<Path, String> digests = pass.digests();
        String digest = dataset.digest(digests);
        TrainingOrigin.Parts parts = new TrainingOrigin.Parts(
                DataDigest.of(split.train(), digests),
                DataDigest.of(split.validation().isEmpty() ? split.heldOut() : split.validation(), digests),
                DataDigest.of(split.test(), digests));
        ImageMemory memory = ImageMemory.quarterOfHeap();
        ImageStore<float[]> normals = ImageStore.tensors(
                LabelledImage.files(split.train()), width, height, whiteLevel, pass, memory, readers, progress);
        ImageStore<RgbImage> textures = anomalySource == null
                ? null
                : ImageStore.pictures(
                        textureFiles,
                        width,
                        height,
                        check.decodedTextures().whiteLevel(WhiteLevel.AUTO),
                        pass,
                        memory,
                        readers,
                        progress);
        return new ModelImages(
                options,
                split,
                Stream.of(
                                check.notes().stream(),
                                check.decoded().notes(options.whiteLevel()).stream(),
                                sources == null
                                        ? Stream.<String>empty()
                                        : Stream.concat(
                                                        sources.notes().stream(),
                                                        check.decodedTextures().notes(WhiteLevel.AUTO).stream())
                                                .map(note -> "--anomaly-source: " + note),
                                split.notes().stream())
                        .flatMap(notes -> notes)
                        .toList(),
                check.problems().size(),
                digest,
                parts,
                anomalySource == null ? "" : DataDigest.of(anomalySource, textureFiles, digests),
                textureFiles.size(),
                normals,
                ImageStore.tensors(
                        LabelledImage.files(split.heldOut()),
                        width,
                        height,
                        whiteLevel,
                        pass,
                        memory,
                        readers,
                        progress),
                whiteLevel,
                new AnomalySynthesizer(options.synthesis(), width, height, normals, textures),
                progress);
    }

    /** Says how many images there are for what, and what a person should know of them. */
    public String summary() {
        return withNotes(String.format(
                Locale.ROOT,
                "%d images to train on, %s; textures: %s",
                split.train().size(),
                evaluated(),
                textureDigest.isEmpty() ? "noise" : textures + " images"));
    }

    /** Says the same for a network that was trained elsewhere: none of the images trains it. */
    String evaluationSummary() {
        return withNotes("images: " + evaluated());
    }

    private String evaluated() {
        int test = split.test().size();
        if (validatesOnSynthetic()) {
            return String.format(
                    Locale.ROOT,
                    "%d held out to validate with, %d to test with",
                    split.heldOut().size(),
                    test);
        }
        return split.validation().equals(split.test())
                ? test + " to validate and to test with"
                : String.format(
                        Locale.ROOT,
                        "%d to validate with, %d to test with",
                        split.validation().size(),
                        test);
    }

    private String withNotes(String counts) {
        return String.join(
                System.lineSeparator(),
                Stream.concat(Stream.of(counts), notes.stream()).toList());
    }

    /** Starts a loader of batches at a step. */
    BatchLoader batches(long firstStep, int batchSize, int threads) {
        return new BatchLoader(normals, synthesizer, batchSize, options.seed(), firstStep, threads, BATCHES_AHEAD);
    }

    /** Says whether the anomalies to validate with are synthetic. */
    boolean validatesOnSynthetic() {
        return !split.heldOut().isEmpty();
    }

    /** Returns the images to validate with, the same every time. */
    EvaluationSet validation() {
        return validatesOnSynthetic()
                ? SyntheticImages.of(heldOut, synthesizer, options.seed())
                : new TestImages(split.validation(), options.width(), options.height(), whiteLevel);
    }

    /**
     * Returns the images to validate with during a training: all of {@link #validation()}, or a few hundred of a large
     * set, drawn once.
     */
    EvaluationSet validationInTraining() {
        EvaluationSet all = validation();
        List<String> kinds = validatesOnSynthetic()
                ? IntStream.range(0, all.size())
                        .mapToObj(index -> index % 2 == 0 ? LabelledImage.GOOD : SyntheticImages.SYNTHETIC)
                        .toList()
                : split.validation().stream().map(LabelledImage::defect).toList();
        return DrawnImages.of(all, kinds, IN_TRAINING, options.seed());
    }

    /** Returns the images that figures are reported for. */
    EvaluationSet test() {
        return new TestImages(split.test(), options.width(), options.height(), whiteLevel);
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
        List<LabelledImage> some = (split.test().isEmpty() ? split.train() : split.test())
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
