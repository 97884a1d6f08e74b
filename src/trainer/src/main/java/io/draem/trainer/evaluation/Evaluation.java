package io.draem.trainer.evaluation;

import io.draem.score.Calibration;
import io.draem.score.Proportion;
import io.draem.trainer.evaluation.metrics.PixelScores;
import io.draem.trainer.evaluation.metrics.RankingMetrics;
import io.draem.trainer.evaluation.metrics.ThresholdSearch;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Figures of a model on labelled images, from raw scores and maps at the size at which the network sees the images.
 *
 * <p>{@code f1} is the F1 at the model's own threshold, {@code f1Max} the best F1 that any threshold on these images would
 * give, and {@code bestThreshold} that threshold. A figure that the images do not define (without an anomalous image, say)
 * is null.
 *
 * <p>{@code expectedFalseAlarms} is not of these images: it is the share of normal images above the image threshold in
 * calibration ({@link Proportion}).
 *
 * <p>Figures of images are of all images. Those of pixels are of the normal images and of the anomalous ones that have a
 * mask: {@code maskedImages} of {@code anomalousImages}, in {@code pixel}.
 */
public final class Evaluation {

    /** Name of the figures of {@link DefectSizes}, which {@link DefectSizes#bins} reads. */
    public static final String SIZES = "defectSizes";

    private static final String EXPECTED = "expectedFalseAlarms";

    private Evaluation() {}

    /** Returns all figures, of all images together and of each defect type against the normal images. */
    public static ObjectNode figures(Scores scores, Calibration calibration) {
        ObjectNode json = ranking(scores, calibration);
        json.put("threshold", calibration.imageThreshold());
        json.put("pixelThreshold", calibration.pixelThreshold());
        json.put("thresholdRule", calibration.rule().id());
        expectedFalseAlarms(json, calibration);
        ObjectNode counts = json.putObject("images");
        counts.put(EvaluationImage.GOOD, scores.count(EvaluationImage.GOOD));
        ObjectNode perDefect = json.putObject("perDefect");
        for (String defect : scores.defects()) {
            counts.put(defect, scores.count(defect));
            perDefect.set(defect, ranking(scores.ofDefect(defect), calibration));
        }
        DefectSizes sizes = scores.defectSizes();
        if (!sizes.defects().isEmpty()) {
            json.set(SIZES, sizes.figures(calibration.pixelThreshold()));
        }
        return json;
    }

    /** Returns the figures of all images together alone: {@code image} and {@code pixel}. */
    public static ObjectNode ranking(Scores scores, Calibration calibration) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        image(scores, calibration, json.putObject("image"));
        ObjectNode pixel = json.putObject("pixel");
        pixel(scores.pixels(), calibration, pixel);
        pixel.put("anomalousImages", scores.anomalous());
        pixel.put("maskedImages", scores.masked());
        return json;
    }

    /**
     * Returns figures as they stand when a model is given other thresholds without images to evaluate those: without what hangs
     * on the thresholds that it had.
     */
    public static ObjectNode atOtherThresholds(ObjectNode figures, Calibration calibration) {
        ObjectNode json = figures.deepCopy();
        if (json.has("threshold")) {
            json.put("threshold", calibration.imageThreshold());
            json.put("pixelThreshold", calibration.pixelThreshold());
            json.put("thresholdRule", calibration.rule().id());
        }
        expectedFalseAlarms(json, calibration);
        removeVerdicts(json);
        removeVerdicts(json.path("validation"));
        json.path("perDefect").forEach(Evaluation::removeVerdicts);
        for (JsonNode bin : json.path(SIZES).path("bins")) {
            if (bin instanceof ObjectNode object) {
                object.remove("found");
            }
        }
        return json;
    }

    private static void expectedFalseAlarms(ObjectNode json, Calibration calibration) {
        Proportion expected = calibration.falseAlarms();
        if (expected == null) {
            json.remove(EXPECTED);
        } else {
            json.putObject(EXPECTED)
                    .put("normal", expected.total())
                    .put("normalAbove", expected.count())
                    .put("min", expected.min())
                    .put("max", expected.max());
        }
    }

    private static void removeVerdicts(JsonNode figures) {
        for (String level : List.of("image", "pixel")) {
            if (figures.path(level) instanceof ObjectNode object) {
                object.remove(List.of("f1", "confusion"));
            }
        }
    }

    private static void image(Scores scores, Calibration calibration, ObjectNode image) {
        Confusion confusion = Confusion.of(scores, calibration);
        boolean[] labels = scores.imageLabels();
        if (RankingMetrics.isDefined(labels)) {
            double[] imageScores = scores.imageScores();
            RankingMetrics ranking = RankingMetrics.of(imageScores, labels);
            image.put("auroc", ranking.auroc());
            image.put("averagePrecision", ranking.averagePrecision());
            image.put("f1", confusion.f1());
            image.put("f1Max", ranking.f1Max());
            image.put("bestThreshold", Calibrator.amid(imageScores, ThresholdSearch.f1(imageScores, labels)));
        } else {
            image.putNull("auroc").putNull("averagePrecision").putNull("f1").putNull("f1Max");
            image.putNull("bestThreshold");
        }
        confusion.writeTo(image.putObject("confusion"));
    }

    private static void pixel(PixelScores pixels, Calibration calibration, ObjectNode pixel) {
        if (pixels.isDefined()) {
            RankingMetrics ranking = pixels.ranking();
            pixel.put("auroc", ranking.auroc());
            pixel.put("averagePrecision", ranking.averagePrecision());
            pixel.put("aupro", pixels.aupro());
            pixel.put("f1", pixels.f1At(calibration.pixelThreshold()));
            pixel.put("f1Max", ranking.f1Max());
            pixel.put("bestThreshold", pixels.f1Threshold());
        } else {
            pixel.putNull("auroc").putNull("averagePrecision").putNull("aupro");
            pixel.putNull("f1").putNull("f1Max").putNull("bestThreshold");
        }
    }
}
