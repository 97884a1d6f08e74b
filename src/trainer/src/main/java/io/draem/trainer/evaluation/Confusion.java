package io.draem.trainer.evaluation;

import io.draem.score.Calibration;
import io.draem.score.Proportion;
import io.draem.text.Counted;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * How many images a threshold classifies right and wrong.
 *
 * @param truePositives anomalous images above it
 * @param falsePositives normal images above it
 * @param falseNegatives anomalous images not above it
 * @param trueNegatives normal images not above it
 */
public record Confusion(int truePositives, int falsePositives, int falseNegatives, int trueNegatives) {

    /** Counts the verdicts at the model's own image threshold. */
    public static Confusion of(Scores scores, Calibration calibration) {
        int[] counts = new int[4];
        for (Scores.Scored image : scores.images()) {
            boolean above = calibration.isAnomalous(image.score());
            counts[(image.anomalous() ? 0 : 1) + (above ? 0 : 2)]++;
        }
        return new Confusion(counts[0], counts[1], counts[2], counts[3]);
    }

    /** Returns the counts of both. */
    public Confusion plus(Confusion other) {
        return new Confusion(
                truePositives + other.truePositives,
                falsePositives + other.falsePositives,
                falseNegatives + other.falseNegatives,
                trueNegatives + other.trueNegatives);
    }

    /** Returns the harmonic mean of precision and recall; 0 where nothing is found. */
    public double f1() {
        return truePositives == 0 ? 0 : 2.0 * truePositives / (2.0 * truePositives + falsePositives + falseNegatives);
    }

    /** Returns how many images are anomalous, right or wrong. */
    public int anomalous() {
        return truePositives + falseNegatives;
    }

    /** Returns how many images are normal, right or wrong. */
    public int normal() {
        return falsePositives + trueNegatives;
    }

    /** Returns the false alarms among the normal images; null without any. */
    public @Nullable Proportion falseAlarms() {
        return normal() == 0 ? null : new Proportion(falsePositives, normal());
    }

    /** Says what the threshold makes of the images, as in "found 3 of 5 anomalous, 1 false alarm of 20 normal". */
    public String summary() {
        return (anomalous() == 0
                        ? "no anomalous images"
                        : "found " + truePositives + " of " + anomalous() + " anomalous")
                + ", "
                + (normal() == 0
                        ? "no normal images"
                        : Counted.of(falsePositives, "false alarm") + " of " + normal() + " normal");
    }

    /** Writes the four counts. */
    public void writeTo(ObjectNode json) {
        json.put("truePositives", truePositives);
        json.put("falsePositives", falsePositives);
        json.put("falseNegatives", falseNegatives);
        json.put("trueNegatives", trueNegatives);
    }
}
