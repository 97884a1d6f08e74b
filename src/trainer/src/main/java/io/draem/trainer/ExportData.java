package io.draem.trainer;

import io.draem.image.RgbImage;
import io.draem.trainer.data.DataSplit;
import io.draem.trainer.data.Dataset;
import io.draem.trainer.data.DatasetCheck;
import io.draem.trainer.data.ImageFiles;
import io.draem.trainer.data.ImageStore;
import io.draem.trainer.data.LabelledImage;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.evaluation.Calibrator;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.SyntheticImages;
import io.draem.trainer.evaluation.TestImages;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.export.ExportImages;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.ImageSource;
import io.draem.trainer.synthesis.SynthesisOptions;
import io.draem.trainer.training.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The images of an export: a data set, split and given synthetic anomalies as the training did it. */
final class ExportData {

    /** What int8 takes its ranges from unless told otherwise. */
    static final int CALIBRATION_IMAGES = 16;

    /** As many normal images as this, each with and without an anomaly, show int8 what activations there are. */
    private static final int NORMALS = 16;

    private ExportData() {}

    /** Returns the images of a training that has just ended. */
    static ExportImages of(TrainingData data, ThresholdOptions thresholds, int calibration)
            throws IOException, InterruptedException {
        boolean synthetic = data.validatesOnSynthetic();
        return new ExportImages(
                calibration(data.normals(), data.synthesizer(), data.recipe().seed()),
                data.validation(),
                scores -> Calibrator.calibrate(scores, synthetic, thresholds),
                data.test(),
                calibration);
    }

    /**
     * Opens the images.
     *
     * @param training options of the training, as a checkpoint holds them; the defaults stand for what is missing
     * @param calibration how many images int8 takes its ranges from
     */
    static ExportImages open(
            Path data,
            @Nullable Path anomalySource,
            ObjectNode training,
            int width,
            int height,
            int calibration,
            int threads)
            throws IOException, InterruptedException, TrainerException {
        Recipe.Validation validation =
                read(training.get("validation"), new Recipe.Validation(ValidationSplit.SYNTHETIC, 0.2));
        SynthesisOptions synthesis = read(training.get("synthesis"), SynthesisOptions.DEFAULTS);
        long seed = training.path("seed").asLong(0);
        if (anomalySource == null && training.path("textures").asString("").equals("images")) {
            throw new TrainerException(
                    "The model was trained with texture images: give them as --anomaly-source, so that"
                            + " thresholds come from the same kind of synthetic anomalies");
        }
        DatasetCheck check = DatasetCheck.of(
                Dataset.open(data), anomalySource == null ? List.of() : ImageFiles.under(anomalySource), threads);
        check.requireAll();
        Dataset dataset = check.dataset();
        DataSplit split = DataSplit.of(dataset, validation.split(), validation.heldOut(), seed);
        long cache = ImageStore.defaultCacheBytes();
        ImageStore<float[]> normals =
                ImageStore.tensors(LabelledImage.files(split.train()), width, height, cache, threads);
        ImageStore<RgbImage> textures =
                anomalySource == null ? null : ImageStore.pictures(check.textures(), width, height, cache, threads);
        AnomalySynthesizer synthesizer = new AnomalySynthesizer(synthesis, width, height, normals, textures);
        boolean synthetic = !split.heldOut().isEmpty();
        EvaluationSet validated = synthetic
                ? SyntheticImages.of(
                        ImageStore.tensors(LabelledImage.files(split.heldOut()), width, height, cache, threads),
                        synthesizer,
                        seed)
                : new TestImages(split.validation(), width, height);
        return new ExportImages(
                calibration(normals, synthesizer, seed),
                validated,
                scores -> Calibrator.calibrate(scores, synthetic),
                new TestImages(split.test(), width, height),
                calibration);
    }

    /**
     * Returns normal training images with and without synthetic anomalies: without anomalies the discriminative network
     * would never show the activations that a defect causes.
     */
    private static EvaluationSet calibration(ImageSource<float[]> normals, AnomalySynthesizer synthesizer, long seed) {
        int count = Math.min(NORMALS, normals.size());
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
        return SyntheticImages.of(some, synthesizer, seed + 1);
    }

    @SuppressWarnings("unchecked")
    private static <T> T read(@Nullable JsonNode options, T otherwise) throws TrainerException {
        if (options == null) {
            return otherwise;
        }
        try {
            return (T) JsonMapper.shared().treeToValue(options, otherwise.getClass());
        } catch (JacksonException | IllegalArgumentException e) {
            throw new TrainerException(
                    "The checkpoint's training options are of another release: export it with the trainer that wrote it");
        }
    }
}
