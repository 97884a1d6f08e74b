package io.draem.trainer.workflow;

import io.draem.frame.FrameScore;
import io.draem.trainer.data.Progress;
import io.draem.trainer.evaluation.AnomalyDetector;
import io.draem.trainer.evaluation.CalibrationException;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.FrameDetector;
import io.draem.trainer.evaluation.ThresholdOptions;
import java.io.IOException;

/**
 * Finds thresholds and figures of a network and of each graph that is made of it, all by the same images and rule.
 *
 * @param validation images that the thresholds come from
 * @param synthetic whether their anomalies are synthetic
 * @param test images that figures are reported for; may be none
 * @param score where the score of an image comes from
 * @param thresholds how they are to be found
 * @param progress reports the images that were run
 */
record ModelEvaluator(
        EvaluationSet validation,
        boolean synthetic,
        EvaluationSet test,
        FrameScore score,
        ThresholdOptions thresholds,
        Progress progress) {

    static ModelEvaluator of(ModelImages images, ThresholdOptions thresholds) throws IOException {
        return new ModelEvaluator(
                images.validation(),
                images.files().validatesOnSynthetic(),
                images.test(),
                images.options().framing().score(),
                thresholds,
                images.progress());
    }

    /** Returns one whose work ends with a {@link java.util.concurrent.CancellationException} when a signal asks for it. */
    ModelEvaluator stoppedBy(StopSignals signals) {
        return new ModelEvaluator(
                signals.stopping(validation), synthetic, signals.stopping(test), score, thresholds, progress);
    }

    /**
     * Runs the model over both sets.
     *
     * @throws CalibrationException if the threshold rule needs images that are not there
     */
    ModelEvaluation evaluate(AnomalyDetector detector) throws IOException {
        return ModelEvaluation.of(
                new FrameDetector(detector, score), validation, synthetic, test, thresholds, progress);
    }
}
