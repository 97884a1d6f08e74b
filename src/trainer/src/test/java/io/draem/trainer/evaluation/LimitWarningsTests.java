package io.draem.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.AnomalyMap;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimitWarningsTests {

    private static final int SIDE = 32;
    private static final double[] NORMAL = {0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17, 0.18, 0.19, 0.2};
    private static final double[] ANOMALOUS = {0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1};
    private static final double[] NONE = {};

    @Test
    void aModelThatSeparatesItsImagesHasNoLimit() throws Exception {
        assertThat(warnings(scores(NORMAL, ANOMALOUS), scores(NORMAL, ANOMALOUS), 0.8))
                .isEmpty();
        assertThat(warnings(scores(NORMAL, ANOMALOUS), scores(NONE, NONE), Double.NaN))
                .isEmpty();
    }

    @Test
    void mapsThatStopAtTheSameValueAreFound() throws Exception {
        Scores stopped = scores(
                new double[] {0.1, 0.2, 0.2, 0.2, 0.3, 0.3, 0.3, 0.35, 0.493, 0.494},
                new double[] {0.1, 0.2, 0.491, 0.493, 0.494});
        assertThat(warnings(stopped, scores(NONE, NONE), 0.8))
                .containsExactly("2 of 10 normal and 3 of 5 anomalous validation images have nearly the same score, the"
                        + " highest of all (0.494): maps stop there, and no threshold separates these images. Try"
                        + " --initialization prior");
    }

    @Test
    void theImageThatSetsTheThresholdIsNamed() throws Exception {
        Scores outlier = scores(
                new double[] {0.1, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.2, 0.7},
                new double[] {0.15, 0.3, 0.4, 0.6, 0.8, 0.9});
        assertThat(warnings(outlier, scores(NONE, NONE), 0.8))
                .singleElement()
                .asString()
                .startsWith("One image sets the threshold: good/9.png has a score of 0.700 and the next normal image"
                        + " 0.200, and 3 of 6 anomalous validation images are between them.");
    }

    @Test
    void memorizedTrainingImagesAreFound() throws Exception {
        double[] trained = {0.01, 0.01, 0.02, 0.02, 0.03, 0.03, 0.04, 0.04, 0.05, 0.12};
        Scores validated = scores(NORMAL, ANOMALOUS);
        assertThat(LimitWarnings.of(
                        validated,
                        true,
                        scores(trained, NONE),
                        scores(NONE, NONE),
                        Calibrator.calibrate(validated, true),
                        0.8))
                .singleElement()
                .asString()
                .startsWith("Normal images that were not trained on have higher scores than training images: medians"
                        + " 0.155 and 0.030, and the higher score in 99 % of the pairs.");
    }

    @Test
    void defectsUnlikeTheSyntheticAnomaliesAreFound() throws Exception {
        double[] missed = {0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17, 0.18, 0.19};
        assertThat(warnings(scores(NORMAL, ANOMALOUS), scores(NORMAL, missed), 0.8))
                .singleElement()
                .asString()
                .startsWith("Synthetic anomalies are recognized better than the defects of the test images (image AUROC"
                        + " 1.000 and 0.4");
    }

    @Test
    void blurredReconstructionsAreFound() throws Exception {
        assertThat(warnings(scores(NORMAL, ANOMALOUS), scores(NONE, NONE), 0.305))
                .singleElement()
                .asString()
                .startsWith("Reconstructions of normal images have 31 % of the local contrast of the images");
    }

    @Test
    void contrastOfAReconstructionIsThatOfItsFineStructure() throws Exception {
        float[] checkered = new float[3 * SIDE * SIDE];
        float[] constant = new float[3 * SIDE * SIDE];
        for (int i = 0; i < checkered.length; i++) {
            checkered[i] = 0.4f + 0.2f * ((i + i / SIDE) % 2);
            constant[i] = 0.5f;
        }
        try (DraemNetwork network = DraemNetwork.create(new NetworkOptions(2, 2, false), 1)) {
            network.train(false);
            NetworkDetector detector = new NetworkDetector(network, SIDE, SIDE);
            double contrast = Math.sqrt(
                    ReconstructionContrast.variance(detector.run(checkered, 1).reconstructions(), SIDE, SIDE));
            assertThat(ReconstructionContrast.variance(checkered, SIDE, SIDE))
                    .as("0.4 and 0.6: four of nine neighbors differ by 0.2")
                    .isCloseTo(Math.pow(0.2 * 4 / 9, 2), within(1e-6));
            assertThat(ReconstructionContrast.of(set(checkered), detector))
                    .isCloseTo(contrast / (0.2 * 4 / 9), within(1e-4));
            assertThat(ReconstructionContrast.of(set(constant), detector)).isNaN();
        }
    }

    private static EvaluationSet set(float[] image) {
        return EvaluationSet.of(
                List.of(WholeImages.image("a", EvaluationImage.GOOD, SIDE, SIDE, image, new boolean[SIDE * SIDE])));
    }

    private static List<String> warnings(Scores validated, Scores tested, double contrast) throws Exception {
        return LimitWarnings.of(
                validated, true, scores(NONE, NONE), tested, Calibrator.calibrate(validated, true), contrast);
    }

    /** Returns the scores of images that a model says that of. */
    private static Scores scores(double[] normal, double[] anomalous) throws Exception {
        List<EvaluationImage> images = new ArrayList<>();
        for (int i = 0; i < normal.length; i++) {
            images.add(image("good/" + i + ".png", EvaluationImage.GOOD, normal[i]));
        }
        for (int i = 0; i < anomalous.length; i++) {
            images.add(image("hole/" + i + ".png", "hole", anomalous[i]));
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
