package io.draem.trainer.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.frame.FrameSize;
import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.AnomalyMap;
import io.draem.trainer.data.ValidationSplit;
import io.draem.trainer.evaluation.Calibrator;
import io.draem.trainer.evaluation.EvaluationImage;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.ReconstructionError;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.SyntheticImages;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.evaluation.WholeImages;
import io.draem.trainer.loss.FocalLoss;
import io.draem.trainer.network.Initialization;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.network.Precision;
import io.draem.trainer.synthesis.NormalAugmentation;
import io.draem.trainer.synthesis.SynthesisOptions;
import io.draem.trainer.training.Adam;
import io.draem.trainer.training.Decay;
import io.draem.trainer.training.Keep;
import io.draem.trainer.training.Recipe;
import io.draem.trainer.training.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ModelLimitsTests {

    private static final int SIDE = 32;
    private static final NetworkOptions NETWORK = new NetworkOptions(2, 2, false);
    private static final double[] NORMAL = {0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17, 0.18, 0.19, 0.2};
    private static final double[] ANOMALOUS = {0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 1};
    private static final double[] NONE = {};

    private boolean synthetic = true;
    private boolean started;
    private Recipe recipe = recipe(Initialization.PAPER, NETWORK, NormalAugmentation.NONE);
    private double[] trained = NONE;
    private double[] testNormal = NONE;
    private double[] defects = NONE;
    private ReconstructionError error = new ReconstructionError(2, 10);

    @Test
    void aModelThatSeparatesItsImagesHasNoLimit() throws Exception {
        testNormal = NORMAL;
        defects = ANOMALOUS;
        assertThat(warnings(NORMAL, ANOMALOUS)).isEmpty();
    }

    @Test
    void saturatedMapsAreFoundNearOneHalfAlone() throws Exception {
        double[] normal = {0.1, 0.2, 0.2, 0.2, 0.3, 0.3, 0.3, 0.35, 0.493, 0.494};
        double[] anomalous = {0.1, 0.2, 0.491, 0.493, 0.494, 0.6};
        assertThat(warnings(normal, anomalous))
                .containsExactly("Anomaly maps saturate near 0.5: 2 of 10 normal and 3 of 6 anomalous validation images"
                        + " have scores from 0.484 to 0.494, which say nothing about these images. Try --initialization"
                        + " prior");
        recipe = recipe(Initialization.PRIOR, NETWORK, NormalAugmentation.NONE);
        assertThat(warnings(normal, anomalous)).singleElement().asString().endsWith("Try a longer training");
        recipe = recipe(Initialization.PAPER, NETWORK, NormalAugmentation.NONE);
        started = true;
        assertThat(warnings(normal, anomalous)).singleElement().asString().endsWith("Try a longer training");
        assertThat(warnings(normal, NONE)).isEmpty();
        double[] high = DoubleStream.of(normal).map(score -> score + 0.49).toArray();
        assertThat(warnings(high, new double[] {0.985, 0.986, 0.987, 0.99, 0.995, 0.999}))
                .as("scores near 1 are a confident model's")
                .isEmpty();
    }

    @Test
    void theImageThatDeterminesTheThresholdIsNamedWithTheQuantileBelowIt() throws Exception {
        double[] normal = {0.1, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.2, 0.7};
        double[] anomalous = {0.15, 0.3, 0.4, 0.6, 0.8, 0.9};
        assertThat(warnings(normal, anomalous))
                .containsExactly(
                        "One image determines the threshold: good/9.png has a score of 0.700 and the next normal"
                                + " image 0.200, and 3 of 6 synthetic anomalies are between them. If it shows a defect or another"
                                + " product, remove it from the normal images and train again; otherwise --threshold-quantile"
                                + " 0.88 finds those too, at about 18 false alarms in 100 normal images");
        Scores scores = scores(normal, anomalous);
        double lower = Calibrator.calibrate(scores, true, new ThresholdOptions(null, 0.88, null, null, null))
                .imageThreshold();
        assertThat(lower).as("the remedy has the effect that is said").isLessThan(0.3);
        synthetic = false;
        assertThat(warnings(normal, anomalous)).as("labeled images").isEmpty();
    }

    @Test
    void overfittingIsFoundWhereItCostsRanking() throws Exception {
        trained = new double[] {0.01, 0.01, 0.02, 0.02, 0.03, 0.03, 0.04, 0.04, 0.05, 0.12};
        assertThat(warnings(NORMAL, ANOMALOUS)).as("without a loss").isEmpty();
        double[] faint = {0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22, 0.24};
        assertThat(warnings(NORMAL, faint))
                .singleElement()
                .asString()
                .startsWith("The network overfits its training images: in 99 % of the pairs a held-out normal image")
                .endsWith("Add normal images, or try --vary-light 0.2");
        recipe = recipe(Initialization.PAPER, NETWORK, new NormalAugmentation(0, 0, 0.3));
        assertThat(warnings(NORMAL, faint)).singleElement().asString().endsWith("Add normal images");
        synthetic = false;
        assertThat(warnings(NORMAL, faint)).isEmpty();
    }

    @Test
    void defectsAreComparedWithHeldOutImagesSoThatAShiftOfTheTestImagesDoesNotCount() throws Exception {
        testNormal = IntStream.range(0, 20).mapToDouble(i -> 0.9).toArray();
        defects = IntStream.range(0, 20).mapToDouble(i -> 0.8 + i / 100.0).toArray();
        assertThat(warnings(NORMAL, ANOMALOUS)).isEmpty();
        defects = IntStream.range(0, 20).mapToDouble(i -> 0.1 + i / 200.0).toArray();
        assertThat(warnings(NORMAL, ANOMALOUS))
                .singleElement()
                .asString()
                .startsWith(
                        "The defects of the test images are harder to recognize than the synthetic anomalies, or unlike"
                                + " them: image AUROC against held-out normal images is 0.4");
    }

    @Test
    void aReconstructionWorseThanOneColorIsFound() throws Exception {
        error = new ReconstructionError(12.24, 8);
        assertThat(warnings(NORMAL, ANOMALOUS))
                .containsExactly(
                        "Reconstructions of training images differ from them by 12.2 gray levels in areas of 8x8"
                                + " pixels, more than one color for each image would (8.0). Try --center-input, a longer training"
                                + " or a larger --base-width");
        recipe = recipe(Initialization.PAPER, NETWORK.centering(), NormalAugmentation.NONE);
        assertThat(warnings(NORMAL, ANOMALOUS)).singleElement().asString().doesNotContain("--center-input");
        recipe = recipe(Initialization.PRETRAINED, new NetworkOptions(16, 16, false), NormalAugmentation.NONE);
        assertThat(warnings(NORMAL, ANOMALOUS))
                .singleElement()
                .asString()
                .endsWith("Try a longer training; or --center-input or a larger --base-width, which start from random"
                        + " weights, with --steps 1500 --learning-rate 8e-4");
    }

    private List<String> warnings(double[] normal, double[] anomalous) throws Exception {
        Scores validated = scores(normal, anomalous);
        EvaluationSet none = EvaluationSet.of(List.of());
        ModelEvaluation evaluation = new ModelEvaluation(
                none,
                synthetic,
                validated,
                none,
                scores(testNormal, defects),
                ThresholdOptions.DEFAULTS,
                Calibrator.calibrate(validated, synthetic),
                List.of());
        return new ModelLimits(recipe, started, evaluation, scores(trained, NONE), error).warnings();
    }

    private static Recipe recipe(Initialization initialization, NetworkOptions network, NormalAugmentation normals) {
        return new Recipe(
                FrameSize.square(SIDE),
                null,
                null,
                network,
                initialization,
                new Recipe.Loss(FocalLoss.BOTH, 0.1),
                new Recipe.Length(1, 10, 2),
                new Recipe.Optimizer(1e-3, Decay.COSINE, List.of(0.5), 0.2, 0.5, Adam.Options.DEFAULTS, 1),
                Precision.FLOAT32,
                SynthesisOptions.DEFAULTS.with(normals),
                new Recipe.Validation(ValidationSplit.SYNTHETIC, 0.2),
                new Recipe.BatchNormRetake(2, false),
                3,
                new Selection(null, 0, Keep.LAST));
    }

    /** Returns the scores of images that have them as their first pixels. */
    private static Scores scores(double[] normal, double[] anomalous) throws Exception {
        List<EvaluationImage> images = new ArrayList<>();
        for (int i = 0; i < normal.length; i++) {
            images.add(image("good/" + i + ".png", EvaluationImage.GOOD, normal[i]));
        }
        for (int i = 0; i < anomalous.length; i++) {
            images.add(image("anomaly " + i, SyntheticImages.SYNTHETIC, anomalous[i]));
        }
        return Scores.of(EvaluationSet.of(images), WholeImages.detector((pixels, count) -> {
            List<ModelOutput> outputs = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                float[] map = new float[SIDE * SIDE];
                map[0] = pixels[i * 3 * SIDE * SIDE];
                outputs.add(new ModelOutput(map[0], new AnomalyMap(SIDE, SIDE, map), null));
            }
            return outputs;
        }));
    }

    private static EvaluationImage image(String id, String defect, double score) {
        float[] pixels = new float[3 * SIDE * SIDE];
        pixels[0] = (float) score;
        boolean[] mask = new boolean[SIDE * SIDE];
        mask[0] = !defect.equals(EvaluationImage.GOOD);
        return WholeImages.image(id, defect, SIDE, SIDE, pixels, mask);
    }
}
