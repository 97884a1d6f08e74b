package io.draem.trainer.workflow;

import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.model.ModelCard;
import io.draem.runtime.detection.AnomalyDetector;
import io.draem.runtime.detection.FrameDetector;
import io.draem.score.Calibration;
import io.draem.score.Proportion;
import io.draem.score.ThresholdRule;
import io.draem.text.Counted;
import io.draem.trainer.data.Progress;
import io.draem.trainer.evaluation.CalibrationException;
import io.draem.trainer.evaluation.CalibrationWarnings;
import io.draem.trainer.evaluation.Calibrator;
import io.draem.trainer.evaluation.Confusion;
import io.draem.trainer.evaluation.DefectSizeWarnings;
import io.draem.trainer.evaluation.DefectSizes;
import io.draem.trainer.evaluation.Evaluation;
import io.draem.trainer.evaluation.EvaluationSet;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a trained model says of validation and test images, and the thresholds that follow.
 *
 * @param validation images that the thresholds come from
 * @param synthetic whether their anomalies are synthetic
 * @param validated what the model says of them
 * @param test images that figures are reported for; may be none
 * @param tested what the model says of them
 * @param thresholds how they were to be found
 * @param warnings what is doubtful about the thresholds and about the defects of the images with figures, and what
 *     limits the model
 */
record ModelEvaluation(
        EvaluationSet validation,
        boolean synthetic,
        Scores validated,
        EvaluationSet test,
        Scores tested,
        ThresholdOptions thresholds,
        Calibration calibration,
        List<String> warnings) {

    private static final Map<String, String> FIGURES = new TreeMap<>(
            Map.of("image AUROC", "/image/auroc", "pixel AUROC", "/pixel/auroc", "pixel AUPRO", "/pixel/aupro"));

    /**
     * Runs the model over both sets.
     *
     * @param framing how the model takes images
     * @param input size of its input
     * @throws CalibrationException if the threshold rule needs images that are not there
     */
    static ModelEvaluation of(
            FrameDetector detector,
            EvaluationSet validation,
            boolean synthetic,
            EvaluationSet test,
            ThresholdOptions thresholds,
            Framing framing,
            FrameSize input,
            Progress progress)
            throws IOException {
        Scores validated = Scores.of(validation.reporting(progress, "Calibrating on %d images"), detector);
        Calibration calibration = Calibrator.calibrate(validated, synthetic, thresholds);
        Scores tested = Scores.of(test.reporting(progress, "Testing on %d images"), detector);
        DefectSizes sizes = (test.size() > 0 ? tested : validated).defectSizes();
        List<String> warnings = Stream.concat(
                        CalibrationWarnings.of(calibration, Confusion.of(tested, calibration)).stream(),
                        DefectSizeWarnings.of(sizes, framing, input).stream())
                .toList();
        return new ModelEvaluation(validation, synthetic, validated, test, tested, thresholds, calibration, warnings);
    }

    /** Returns the same with more warnings. */
    ModelEvaluation warning(List<String> more) {
        List<String> all = Stream.concat(warnings.stream(), more.stream()).toList();
        return new ModelEvaluation(validation, synthetic, validated, test, tested, thresholds, calibration, all);
    }

    /** Says where the thresholds come from, and what is doubtful about them. */
    void print(PrintWriter out) {
        int anomalous = calibration.anomalousImages() + calibration.syntheticImages();
        String value = calibration.ruleValue() == null ? "" : " " + calibration.ruleValue();
        String from = calibration.rule() == ThresholdRule.MANUAL
                ? thresholds.pixel() == null ? "as given (image) and found on the masks (pixel)" : "as given"
                : String.format(
                        Locale.ROOT,
                        "from %s and %d with %s",
                        Counted.of(calibration.normalImages(), "normal image"),
                        anomalous,
                        synthetic ? "synthetic anomalies (no labeled defects to validate with)" : "defects" + masks());
        out.printf(
                Locale.ROOT,
                "thresholds by rule %s%s, %s: %.4f (image), %.4f (pixel)%n",
                calibration.rule().id(),
                value,
                from,
                calibration.imageThreshold(),
                calibration.pixelThreshold());
        boolean lowered = thresholds.pixel() == null
                && validated.pixels().isDefined()
                && calibration.pixelThreshold() == calibration.imageThreshold();
        if (lowered) {
            out.println(
                    "the pixel threshold is lowered to the image threshold: found on the masks it would be above it");
        }
        Proportion expected = calibration.falseAlarms();
        if (expected != null) {
            out.printf(
                    Locale.ROOT,
                    "%d of %d normal images %s above the image threshold: expect false alarms on %s of new normal images%n",
                    expected.count(),
                    expected.total(),
                    Counted.verb(expected.count(), "is", "are"),
                    expected.intervalText());
        }
        CalibrationWarnings.of(calibration, Confusion.of(tested, calibration))
                .forEach(warning -> out.println("warning: " + warning));
        out.flush();
    }

    private String masks() {
        return calibration.maskedImages() < calibration.anomalousImages()
                ? ", " + calibration.maskedImages() + " of them with a mask"
                : "";
    }

    /**
     * Says in a line what the model makes of the test images.
     *
     * @param metrics {@link #metrics()}
     */
    String summary(JsonNode metrics) {
        if (test.size() == 0) {
            return "no test images: no figures";
        }
        StringBuilder text = new StringBuilder("test images: ");
        FIGURES.forEach((name, path) -> {
            JsonNode figure = metrics.at(path);
            if (figure.isNumber()) {
                text.append(String.format(Locale.ROOT, "%s %.3f, ", name, figure.asDouble()));
            }
        });
        if (tested.masked() < tested.anomalous()) {
            text.append(
                    tested.masked() == 0
                            ? "no pixel figures, since no anomalous image has a mask, "
                            : "pixel figures of the " + Counted.of(tested.masked(), "anomalous image")
                                    + " with a mask, ");
        }
        return text.append("at the threshold ")
                .append(Confusion.of(tested, calibration).summary())
                .toString();
    }

    /** Returns the figures of the test images, and under {@code validation} those of the others. */
    ObjectNode metrics() {
        ObjectNode metrics = Evaluation.figures(tested, calibration);
        metrics.set("validation", Evaluation.ranking(validated, calibration));
        if (!warnings.isEmpty()) {
            ArrayNode texts = metrics.putArray("warnings");
            warnings.forEach(texts::add);
        }
        return metrics;
    }

    /**
     * Returns the report: of the test images, or of the validation images where there are none to test with.
     *
     * @param metrics {@link #metrics()} with what else is known of the training
     */
    Report report(ModelCard card, ObjectNode metrics, AnomalyDetector detector) throws IOException {
        if (test.size() > 0) {
            String evaluated = test.size() + " test images";
            return Report.of(card, metrics, evaluated, test, tested, validated, detector);
        }
        ObjectNode reported = metrics.deepCopy();
        reported.setAll(Evaluation.figures(validated, calibration));
        String evaluated = Counted.of(validation.size(), "validation image")
                + (synthetic ? ", " + validated.anomalous() + " of them with a synthetic anomaly," : "")
                + " that also gave the thresholds, since there are no test images: take the figures for optimistic";
        return Report.of(card, reported, evaluated, validation, validated, null, detector);
    }
}
