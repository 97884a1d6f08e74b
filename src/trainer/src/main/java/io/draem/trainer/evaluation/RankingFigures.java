package io.draem.trainer.evaluation;

import io.draem.trainer.evaluation.metrics.PixelScores;
import io.draem.trainer.evaluation.metrics.RankingMetrics;

/**
 * The figures by which weights are compared during a training: no thresholds in them. NaN where the images do not define
 * one.
 */
public record RankingFigures(double imageAuroc, double pixelAuroc, double pixelAveragePrecision) {

    /** Returns the figures of all images together. */
    public static RankingFigures of(Scores scores) {
        double imageAuroc = Double.NaN;
        double pixelAuroc = Double.NaN;
        double pixelAveragePrecision = Double.NaN;
        boolean[] labels = scores.imageLabels();
        if (RankingMetrics.isDefined(labels)) {
            imageAuroc = RankingMetrics.of(scores.imageScores(), labels).auroc();
        }
        PixelScores counted = scores.pixels();
        if (counted.isDefined()) {
            RankingMetrics pixels = counted.ranking();
            pixelAuroc = pixels.auroc();
            pixelAveragePrecision = pixels.averagePrecision();
        }
        return new RankingFigures(imageAuroc, pixelAuroc, pixelAveragePrecision);
    }
}
