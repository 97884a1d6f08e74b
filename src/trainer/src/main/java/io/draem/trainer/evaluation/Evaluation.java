package io.draem.trainer.evaluation;

import io.draem.score.Aupro;
import io.draem.score.Calibration;
import io.draem.score.RankingMetrics;
import java.util.SortedSet;
import java.util.TreeSet;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Figures of a model on labelled images, from raw scores and maps at the model's size.
 *
 * <p>{@code image.f1} is the F1 at the model's own threshold, {@code image.f1Max} the best F1 that any threshold on
 * these images would give. A figure that the images do not define (without an anomalous image, say) is null.
 */
public final class Evaluation {

    private Evaluation() {}

    /** Returns all figures, of all images together and of each defect type against the normal images. */
    public static ObjectNode figures(Scores scores, Calibration calibration) {
        ObjectNode json = ranking(scores, calibration);
        json.put("threshold", calibration.imageThreshold());
        json.put("pixelThreshold", calibration.pixelThreshold());
        json.put("thresholdRule", calibration.rule().id());
        ObjectNode counts = json.putObject("images");
        counts.put(
                EvaluationImage.GOOD, scores.where(image -> !image.anomalous()).size());
        ObjectNode perDefect = json.putObject("perDefect");
        SortedSet<String> defects = new TreeSet<>();
        scores.where(Scores.Scored::anomalous).images().forEach(image -> defects.add(image.defect()));
        for (String defect : defects) {
            counts.put(
                    defect, scores.where(image -> image.defect().equals(defect)).size());
            perDefect.set(
                    defect,
                    ranking(
                            scores.where(image ->
                                    !image.anomalous() || image.defect().equals(defect)),
                            calibration));
        }
        return json;
    }

    /** Returns the figures of all images together alone: {@code image} and {@code pixel}. */
    public static ObjectNode ranking(Scores scores, Calibration calibration) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode image = json.putObject("image");
        boolean[] labels = scores.imageLabels();
        if (RankingMetrics.isDefined(labels)) {
            RankingMetrics ranking = RankingMetrics.of(scores.imageScores(), labels);
            image.put("auroc", ranking.auroc());
            image.put("averagePrecision", ranking.averagePrecision());
            image.put("f1", f1AtThreshold(scores, calibration));
            image.put("f1Max", ranking.f1Max());
        } else {
            image.putNull("auroc").putNull("averagePrecision").putNull("f1").putNull("f1Max");
        }
        ObjectNode pixel = json.putObject("pixel");
        if (RankingMetrics.isDefined(scores.masks())) {
            RankingMetrics ranking = RankingMetrics.ofPixels(scores.maps(), scores.masks());
            pixel.put("auroc", ranking.auroc());
            pixel.put("averagePrecision", ranking.averagePrecision());
            pixel.put("aupro", Aupro.of(scores.maps(), scores.masks()));
        } else {
            pixel.putNull("auroc").putNull("averagePrecision").putNull("aupro");
        }
        return json;
    }

    private static double f1AtThreshold(Scores scores, Calibration calibration) {
        int hits = 0;
        int mistakes = 0;
        for (Scores.Scored image : scores.images()) {
            boolean found = calibration.isAnomalous(image.detection().score());
            hits += found && image.anomalous() ? 1 : 0;
            mistakes += found != image.anomalous() ? 1 : 0;
        }
        return hits == 0 ? 0 : 2.0 * hits / (2.0 * hits + mistakes);
    }
}
