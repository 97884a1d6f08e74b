package io.draem.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.draem.runtime.onnx.ModelOutput;
import io.draem.score.AnomalyMap;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThresholdMoveTests {

    private static final Calibration BEFORE = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0);

    /** Returns what a model says that gives normal images 0.1, 0.2, … and anomalous ones 0.8. */
    private static Scores scores(int normal, int anomalous) throws IOException {
        List<EvaluationImage> images = new ArrayList<>();
        for (int i = 0; i < normal + anomalous; i++) {
            boolean good = i < normal;
            float score = good ? 0.1f * (i + 1) : 0.8f;
            images.add(WholeImages.image(
                    "image-" + i,
                    good ? EvaluationImage.GOOD : "hole",
                    1,
                    1,
                    new float[] {score, score, score},
                    good ? new boolean[1] : null));
        }
        return Scores.of(EvaluationSet.of(images), WholeImages.detector((pixels, count) -> {
            List<ModelOutput> outputs = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                outputs.add(new ModelOutput(pixels[3 * i], new AnomalyMap(1, 1, new float[] {pixels[3 * i]}), null));
            }
            return outputs;
        }));
    }

    @Test
    void eachImageIsJudgedByTheOthers() throws IOException {
        Scores scores =
                scores(5, 5); // the threshold of the maximum is above all but the highest, which is left out once
        ThresholdOptions maximum = new ThresholdOptions(null, 1.0, null, null, null);
        Calibration after = Calibrator.calibrate(scores, false, maximum);
        ThresholdMove move = ThresholdMove.of(scores, BEFORE, after, maximum);
        assertThat(move.before()).isEqualTo(new Confusion(5, 0, 0, 5));
        assertThat(move.after()).isEqualTo(new Confusion(5, 0, 0, 5));
        ThresholdMove.CrossFit fit = move.crossFitted().orElseThrow();
        assertThat(fit.verdicts())
                .as("0.5 is above 0.4, the highest of the others")
                .isEqualTo(new Confusion(5, 1, 0, 4));
        assertThat(fit.min()).isCloseTo(0.4, within(1e-3));
        assertThat(fit.max()).isCloseTo(0.5, within(1e-3));
    }

    @Test
    void theImagesWhoseVerdictChangesAreNamed() throws IOException {
        Scores scores = scores(5, 2);
        ThresholdOptions half = new ThresholdOptions(null, 0.5, null, null, null);
        ThresholdMove move = ThresholdMove.of(scores, BEFORE, Calibrator.calibrate(scores, false, half), half);
        assertThat(move.changed()).extracting(Scores.Scored::id).containsExactly("image-4", "image-3");
        assertThat(move.after()).isEqualTo(new Confusion(2, 2, 0, 3));
    }

    @Test
    void fewImagesAreNotJudgedByOthers() throws IOException {
        Scores scores = scores(4, 5);
        ThresholdOptions options = ThresholdOptions.DEFAULTS;
        assertThat(ThresholdMove.of(scores, BEFORE, Calibrator.calibrate(scores, false, options), options)
                        .crossFitted())
                .isEmpty();
    }
}
