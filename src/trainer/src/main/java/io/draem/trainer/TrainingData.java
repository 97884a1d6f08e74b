package io.draem.trainer;

import io.draem.image.ImageMeasures;
import io.draem.image.RgbImage;
import io.draem.model.ImageProfile;
import io.draem.trainer.data.BatchLoader;
import io.draem.trainer.data.DataDigest;
import io.draem.trainer.data.DataSplit;
import io.draem.trainer.data.Dataset;
import io.draem.trainer.data.DatasetCheck;
import io.draem.trainer.data.ImageFiles;
import io.draem.trainer.data.ImageMemory;
import io.draem.trainer.data.ImageStore;
import io.draem.trainer.data.LabelledImage;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.SyntheticImages;
import io.draem.trainer.evaluation.TestImages;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.training.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The images of one training.
 *
 * @param split which train, validate and judge
 * @param notes what a person should know of the images, in sentences
 * @param skippedFiles how many files were left out because they cannot be used
 * @param digest of all images as they were before the training, whatever becomes of the files meanwhile
 * @param textureDigest of the anomaly-source images; empty without any
 * @param textures how many of those there are
 * @param normals the images to train on
 * @param heldOut normal images to validate on; none where labelled ones do
 * @param synthesizer what makes samples of them
 */
record TrainingData(
        Recipe recipe,
        DataSplit split,
        List<String> notes,
        int skippedFiles,
        String digest,
        String textureDigest,
        int textures,
        ImageStore<float[]> normals,
        ImageStore<float[]> heldOut,
        AnomalySynthesizer synthesizer) {

    private static final int BATCHES_AHEAD = 4;
    private static final int PARITY_IMAGES = 4;

    /** Finds and reads all images; one that cannot be read is named now rather than hours later. */
    static TrainingData open(
            Path data, @Nullable Path anomalySource, boolean skipUnreadable, Recipe recipe, int readers)
            throws IOException, InterruptedException, TrainerException {
        DatasetCheck check = DatasetCheck.of(
                        Dataset.open(data),
                        anomalySource == null ? List.of() : ImageFiles.under(anomalySource),
                        readers)
                .requireAllUnless(skipUnreadable);
        Dataset dataset = check.dataset();
        List<Path> textureFiles = check.textures();
        if (anomalySource != null && textureFiles.isEmpty()) {
            throw new TrainerException("No image of --anomaly-source " + anomalySource + " can be used");
        }
        DataSplit split = DataSplit.of(
                dataset, recipe.validation().split(), recipe.validation().heldOut(), recipe.seed());
        int size = recipe.imageSize();
        ImageMemory memory = ImageMemory.quarterOfHeap();
        ImageStore<float[]> normals =
                ImageStore.tensors(LabelledImage.files(split.train()), size, size, memory, readers);
        ImageStore<RgbImage> textures =
                anomalySource == null ? null : ImageStore.pictures(textureFiles, size, size, memory, readers);
        return new TrainingData(
                recipe,
                split,
                Stream.concat(check.notes().stream(), split.notes().stream()).toList(),
                check.problems().size(),
                dataset.digest(),
                anomalySource == null ? "" : DataDigest.of(anomalySource, textureFiles),
                textureFiles.size(),
                normals,
                ImageStore.tensors(LabelledImage.files(split.heldOut()), size, size, memory, readers),
                new AnomalySynthesizer(recipe.synthesis(), size, size, normals, textures));
    }

    /** Says how many images there are for what, and what a person should know of them. */
    String summary() {
        String counts = "%d images to train on, %d held out, %d to validate with, %d to test with; textures: %s"
                .formatted(
                        split.train().size(),
                        split.heldOut().size(),
                        split.validation().size(),
                        split.test().size(),
                        textureDigest.isEmpty() ? "noise" : textures + " images");
        return String.join(
                System.lineSeparator(),
                Stream.concat(Stream.of(counts), notes.stream()).toList());
    }

    /** Starts a loader of batches at a step. */
    BatchLoader batches(long firstStep, int threads) {
        return new BatchLoader(
                normals, synthesizer, recipe.length().batchSize(), recipe.seed(), firstStep, threads, BATCHES_AHEAD);
    }

    /** Says whether the anomalies to validate with are synthetic. */
    boolean validatesOnSynthetic() {
        return !split.heldOut().isEmpty();
    }

    /** Returns the images to validate with, the same every time. */
    EvaluationSet validation() {
        int size = recipe.imageSize();
        return validatesOnSynthetic()
                ? SyntheticImages.of(heldOut, synthesizer, recipe.seed())
                : new TestImages(split.validation(), size, size);
    }

    /** Returns the images that figures are reported for. */
    EvaluationSet test() {
        return new TestImages(split.test(), recipe.imageSize(), recipe.imageSize());
    }

    /** Returns what the images to train on look like, before anything is done to them. */
    ImageProfile profile() {
        int size = recipe.imageSize();
        List<ImageMeasures> measures = new ArrayList<>();
        for (int i = 0; i < normals.size(); i++) {
            measures.add(ImageMeasures.of(normals.get(i), size, size));
        }
        return ImageProfile.of(measures);
    }

    /** Returns a few real images, {@code [count, 3, height, width]}, to compare an exported graph on. */
    float[] parityImages() throws IOException {
        int size = recipe.imageSize();
        List<LabelledImage> some = (split.test().isEmpty() ? split.train() : split.test())
                .stream().limit(PARITY_IMAGES).toList();
        TestImages set = new TestImages(some, size, size);
        float[] images = new float[some.size() * 3 * size * size];
        for (int i = 0; i < some.size(); i++) {
            System.arraycopy(set.load(i).pixels(), 0, images, i * 3 * size * size, 3 * size * size);
        }
        return images;
    }
}
