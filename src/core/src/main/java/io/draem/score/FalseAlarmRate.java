package io.draem.score;

import java.util.Locale;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * Share of normal images that a threshold makes anomalous, as seen on some of them, with the 95 % interval of Clopper and
 * Pearson (Biometrika 26, 1934) for the share of all. Its bounds are those of a threshold that is chosen as a quantile of
 * these images, too: the share above the {@code r}-th smallest of {@code n} scores has the distribution
 * {@code Beta(n - r + 1, r)}.
 *
 * @param above how many were above the threshold
 * @param images how many there were, at least 1
 */
public record FalseAlarmRate(int above, int images) {

    private static final double TAIL = 0.025;

    public FalseAlarmRate {
        if (images < 1 || above < 0 || above > images) {
            throw new IllegalArgumentException(above + " false alarms of " + images + " normal images is not possible");
        }
    }

    /** Returns the smallest share, 0 to 1, of the interval. */
    public double min() {
        return above == 0 ? 0 : BetaDistribution.of(above, images - above + 1.0).inverseCumulativeProbability(TAIL);
    }

    /** Returns the largest share, 0 to 1, of the interval. */
    public double max() {
        return above == images
                ? 1
                : BetaDistribution.of(above + 1.0, images - above).inverseSurvivalProbability(TAIL);
    }

    /** Returns whether the intervals overlap; if not, chance hardly explains the difference. */
    public boolean overlaps(FalseAlarmRate other) {
        return min() <= other.max() && other.min() <= max();
    }

    /** Returns the share, as in {@code 5.9 %}. */
    public String shareText() {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * above / images);
    }

    /** Returns the interval rounded outwards, as in {@code 0.1 to 28.7 %}. */
    public String intervalText() {
        return String.format(
                Locale.ROOT, "%.1f to %.1f %%", Math.floor(1000 * min()) / 10, Math.ceil(1000 * max()) / 10);
    }
}
