package io.draem.service.shadow;

import io.draem.score.Proportion;
import io.draem.service.models.ServedModel;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
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
 * @param conclusion what the verdicts show
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
        Conclusion conclusion,
        @Nullable Differences differences,
        @Nullable Times servedTimes,
        @Nullable Times candidateTimes,
        List<Disagreement> disagreements) {

    /** What the verdicts on the compared images show of all images of the line, by 95 % intervals. */
    public enum Conclusion {
        /** Too few images for any other. */
        UNDECIDED,
        /** Fewer than 2 % of the verdicts differ, and nothing shows in which direction. */
        SAME,
        /** The candidate finds more images anomalous, however few they are. */
        MORE_ANOMALOUS,
        /** The candidate finds fewer images anomalous, however few they are. */
        FEWER_ANOMALOUS,
        /** More than 2 % of the verdicts differ, and nothing shows in which direction. */
        DIFFERENT;

        private static final double TOLERANCE = 0.02;

        /**
         * Returns the conclusion from counts. The direction is that of the exact test of McNemar: without one, half of the
         * different verdicts would be anomalous for the candidate. It comes before the tolerance: where defects are rare, a
         * candidate that finds none differs on few images.
         *
         * @param served number of images that only the version that answers takes for anomalous
         * @param candidate number of images that only the candidate takes for anomalous
         * @param compared number of images that both have a verdict on
         */
        static Conclusion of(int served, int candidate, int compared) {
            if (compared == 0) {
                return UNDECIDED;
            }
            int different = served + candidate;
            if (different > 0) {
                Proportion more = new Proportion(candidate, different);
                if (more.min() > 0.5) {
                    return MORE_ANOMALOUS;
                }
                if (more.max() < 0.5) {
                    return FEWER_ANOMALOUS;
                }
            }
            Proportion share = new Proportion(different, compared);
            if (share.max() < TOLERANCE) {
                return SAME;
            }
            return share.min() > TOLERANCE ? DIFFERENT : UNDECIDED;
        }

        /** Returns the name in responses. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

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
