package io.draem.service.observation;

import io.draem.score.Verdict;
import io.draem.service.detection.Detection;
import io.draem.service.detection.DetectionListener;
import io.draem.service.detection.Prediction;
import io.draem.service.detection.Timing;
import io.draem.service.models.ServedModel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs one line per verdict, which identifies model and image. Request and trace are in the log's context; the line contains
 * nothing that a client sent.
 */
final class VerdictLog implements DetectionListener {

    private static final Logger log = LoggerFactory.getLogger(VerdictLog.class);

    @Override
    public void detected(Detection detection) {
        ServedModel model = detection.model();
        Verdict verdict = detection.verdict();
        log.atInfo()
                .addKeyValue("model", model.name())
                .addKeyValue("version", model.version())
                .addKeyValue("modelDigest", model.digest())
                .addKeyValue("imageDigest", detection.digest())
                .addKeyValue("anomalous", verdict.anomalous())
                .addKeyValue("score", verdict.score())
                .addKeyValue("threshold", verdict.threshold())
                .addKeyValue("regions", verdict.regions().count())
                .addKeyValue("milliseconds", milliseconds(detection.timing()))
                .log("Verdict");
    }

    /** A tensor has no file and its prediction no regions. */
    @Override
    public void predicted(Prediction prediction) {
        ServedModel model = prediction.model();
        log.atInfo()
                .addKeyValue("model", model.name())
                .addKeyValue("version", model.version())
                .addKeyValue("modelDigest", model.digest())
                .addKeyValue("anomalous", prediction.anomalous())
                .addKeyValue("score", prediction.score())
                .addKeyValue("threshold", model.card().calibration().imageThreshold())
                .addKeyValue("milliseconds", milliseconds(prediction.timing()))
                .log("Verdict");
    }

    private static double milliseconds(Timing timing) {
        return timing.total().toNanos() / 1_000 / 1e3;
    }
}
