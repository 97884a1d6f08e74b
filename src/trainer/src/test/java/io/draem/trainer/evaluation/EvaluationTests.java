package io.draem.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class EvaluationTests {

    private static final int SIDE = 8;

    @Test
    void figuresAreThoseOfAllImagesAndOfEachDefectAgainstTheNormalOnes() throws IOException {
        Scores scores = scores(
                image("a", "good", 0.1f), image("b", "good", 0.4f), image("c", "hole", 0.9f), image("d", "spot", 0.3f));
        Calibration calibration = new Calibration(ThresholdRule.MANUAL, 0.35, 0.5, 0, 1, 0, 1, 2, 0, 0);

        JsonNode figures = Evaluation.figures(scores, calibration);

        assertThat(figures.at("/image/auroc").asDouble()).isEqualTo(0.75);
        assertThat(figures.at("/perDefect/hole/image/auroc").asDouble()).isEqualTo(1);
        assertThat(figures.at("/perDefect/spot/image/auroc").asDouble()).isEqualTo(0.5);
        // At the threshold: c is found, d is missed, b is a false alarm.
        assertThat(figures.at("/image/f1").asDouble()).isCloseTo(0.5, within(1e-12));
        assertThat(figures.at("/images/good").asInt()).isEqualTo(2);
        assertThat(figures.at("/images/hole").asInt()).isEqualTo(1);
        assertThat(figures.at("/threshold").asDouble()).isEqualTo(0.35);
    }

    @Test
    void figuresThatNormalImagesAloneDoNotDefineAreNull() throws IOException {
        Calibration calibration = new Calibration(ThresholdRule.MANUAL, 0.35, 0.5, 0, 1, 0, 1, 2, 0, 0);
        JsonNode figures = Evaluation.figures(scores(image("a", "good", 0.1f)), calibration);
        assertThat(figures.at("/image/auroc").isNull()).isTrue();
        assertThat(figures.at("/pixel/aupro").isNull()).isTrue();
    }

    @Test
    void aDefectThatFillsItsImageIsRankedAgainstTheNormalImages() throws IOException {
        Calibration calibration = new Calibration(ThresholdRule.MANUAL, 0.35, 0.5, 0, 1, 0, 1, 1, 0, 0);
        Painted full = image("b", "stain", 0.9f);
        Arrays.fill(full.image().mask(), true);
        JsonNode figures = Evaluation.figures(scores(image("a", "good", 0.01f), full), calibration);
        assertThat(figures.at("/pixel/auroc").asDouble()).isEqualTo(1);
        assertThat(figures.at("/pixel/aupro").asDouble()).isCloseTo(1, within(1e-12));
    }

    @Test
    void labelledImagesCalibrateByF1() throws IOException {
        Calibration calibration = Calibrator.calibrate(
                scores(image("a", "good", 0.1f), image("b", "good", 0.4f), image("c", "hole", 0.9f)), false);
        assertThat(calibration.rule()).isEqualTo(ThresholdRule.F1);
        assertThat(calibration.isAnomalous(0.4)).isFalse();
        assertThat(calibration.imageThreshold())
                .as("halfway, safe from rounding")
                .isCloseTo(0.65, within(1e-6));
        assertThat(calibration.isAnomalous(0.9f)).isTrue();
        assertThat(calibration.normalImages()).isEqualTo(2);
        assertThat(calibration.anomalousImages()).isEqualTo(1);
        assertThat(calibration.scoreMin()).isEqualTo(0.1f);
        assertThat(calibration.scoreMax()).isEqualTo(0.9f);
    }

    @Test
    void syntheticAnomaliesDoNotLiftTheThresholdAboveTheNormalImages() throws IOException {
        Calibration calibration = Calibrator.calibrate(
                scores(image("a", "good", 0.1f), image("b", "good", 0.2f), image("c", "synthetic", 0.99f)), true);
        assertThat(calibration.rule()).isEqualTo(ThresholdRule.QUANTILE);
        assertThat(calibration.imageThreshold()).isBetween(0.19, 0.2001);
        assertThat(calibration.syntheticImages()).isEqualTo(1);
        assertThat(calibration.anomalousImages()).isZero();
    }

    @Test
    void thePixelThresholdFollowsTheMasksButNeverExceedsTheImageThreshold() throws IOException {
        // Pixels of the defect are 0.9, all others at most 0.2: F1 on the pixels alone would choose 0.9.
        Calibration capped =
                Calibrator.calibrate(scores(image("a", "good", 0.2f), image("c", "synthetic", 0.9f)), true);
        assertThat(capped.pixelThreshold()).isEqualTo(capped.imageThreshold());

        Calibration free = Calibrator.calibrate(
                scores(image("a", "good", 0.95f), image("b", "good", 0.1f), image("c", "hole", 0.9f)), false);
        assertThat(free.pixelThreshold()).isLessThanOrEqualTo(free.imageThreshold());
    }

    /** An image whose map is its score in the top left quarter, where also its defect is, and a tenth of it elsewhere. */
    private record Painted(EvaluationImage image, float score) {}

    private static Painted image(String name, String defect, float score) {
        boolean[] mask = new boolean[SIDE * SIDE];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = !defect.equals(EvaluationImage.GOOD) && inCorner(i);
        }
        float[] pixels = new float[3 * SIDE * SIDE];
        pixels[0] = score;
        return new Painted(new EvaluationImage(name, defect, pixels, mask), score);
    }

    private static Scores scores(Painted... images) throws IOException {
        return Scores.of(
                EvaluationSet.of(List.of(images).stream().map(Painted::image).toList()), (pixels, count) -> {
                    List<Detection> detections = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        float score = pixels[i * 3 * SIDE * SIDE];
                        float[] map = new float[SIDE * SIDE];
                        for (int pixel = 0; pixel < map.length; pixel++) {
                            map[pixel] = inCorner(pixel) ? score : score / 10;
                        }
                        detections.add(new Detection(score, new AnomalyMap(SIDE, SIDE, map)));
                    }
                    return detections;
                });
    }

    private static boolean inCorner(int pixel) {
        return pixel % SIDE < SIDE / 2 && pixel / SIDE < SIDE / 2;
    }
}
