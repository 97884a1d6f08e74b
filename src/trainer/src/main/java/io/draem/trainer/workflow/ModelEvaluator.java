package io.draem.trainer.workflow;

import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.runtime.detection.AnomalyDetector;
import io.draem.runtime.detection.FrameDetector;
import io.draem.trainer.data.Progress;
import io.draem.trainer.evaluation.CalibrationException;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.ThresholdOptions;
import java.io.IOException;

/**
 * Finds thresholds and figures of a network and of each graph that is made of it, all by the same images and rule.
 *
 * @param validation images that the thresholds come from
 * @param synthetic whether their anomalies are synthetic
 * @param test images that figures are reported for; may be none
 * @param framing how the model takes images
 * @param input size of its input
 * @param thresholds how they are to be found
 * @param progress reports the images that were run
 */
record ModelEvaluator(
        EvaluationSet validation,
        boolean synthetic,
        EvaluationSet test,
        Framing framing,
        FrameSize input,
        ThresholdOptions thresholds,
        Progress progress) {

    static ModelEvaluator of(ModelImages images, ThresholdOptions thresholds) throws IOException {
        return new ModelEvaluator(
                images.validation(),
                images.files().validatesOnSynthetic(),
                images.test(),
                images.options().framing(),
                images.options().input(),
                thresholds,
                images.progress());
    }

    /** Returns one whose work ends with a {@link java.util.concurrent.CancellationException} when a signal asks for it. */
    ModelEvaluator stoppedBy(StopSignals signals) {
        return new ModelEvaluator(
                signals.stopping(validation), synthetic, signals.stopping(test), framing, input, thresholds, progress);
    }

    /**
     * Runs the model over both sets.
     *
     * @throws CalibrationException if the threshold rule needs images that are not there
     */
    ModelEvaluation evaluate(AnomalyDetector detector) throws IOException {
        return ModelEvaluation.of(
                new FrameDetector(detector, framing.score()),
                validation,
                synthetic,
                test,
                thresholds,
                framing,
                input,
                progress);
    }
}
