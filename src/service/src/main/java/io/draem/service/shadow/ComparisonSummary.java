package io.draem.service.shadow;

import io.draem.score.Proportion;
import io.draem.service.models.ServedModel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the verdicts of a candidate compare with those of the version that answers.
 *
 * @param served the version that answers
 * @param share share of the images that the candidate runs too, 0 to 1
 * @param answerShare share of the requests that the candidate answers, whose images are not compared, 0 to 1
 * @param compared number of images that both have a verdict on
 * @param counts number of images by what became of them
 * @param disagreement share of images with different verdicts, with its 95 % interval; null without images
 * @param differences null without images
 * @param servedTimes null without images
 * @param candidateTimes null without images
 * @param disagreements the last images with different verdicts, the newest first
 */
public record ComparisonSummary(
        ServedModel served,
        ServedModel candidate,
        double share,
        double answerShare,
        int compared,
        Map<ShadowListener.Outcome, Integer> counts,
        @Nullable Proportion disagreement,
        @Nullable Differences differences,
        @Nullable Times servedTimes,
        @Nullable Times candidateTimes,
        List<Disagreement> disagreements) {

    /**
     * Differences of normalized scores, that of the candidate less that of the other, over the last images.
     *
     * @param images number of images
     * @param largest the one that is farthest from 0
     */
    public record Differences(int images, double mean, double meanAbsolute, double largest) {}

    /** Milliseconds of the runs per image, over the last images. */
    public record Times(double median, double p95) {}

    /**
     * An image with different verdicts.
     *
     * @param digest {@code sha256:} and the hexadecimal digest of its file
     * @param servedScore normalized score of the version that answered
     * @param candidateScore normalized score of the candidate
     */
    public record Disagreement(Instant time, String digest, double servedScore, double candidateScore) {}
}
