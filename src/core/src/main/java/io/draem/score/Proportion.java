package io.draem.score;

import java.util.Locale;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * A part of independent observations, with the 95 % interval of Clopper and Pearson (Biometrika 26, 1934) for the share in
 * all that could be observed. For a threshold that is a quantile of scores its bounds are those of the share of new scores
 * above it, too: the share above the {@code r}-th smallest of {@code n} scores has the distribution
 * {@code Beta(n - r + 1, r)}.
 *
 * @param count how many observations belong to the part
 * @param total how many there were, at least 1
 */
public record Proportion(int count, int total) {

    private static final double TAIL = 0.025;

    public Proportion {
        if (total < 1 || count < 0 || count > total) {
            throw new IllegalArgumentException(count + " of " + total + " is no proportion");
        }
    }

    /** Returns the smallest share, 0 to 1, of the interval. */
    public double min() {
        return count == 0 ? 0 : BetaDistribution.of(count, total - count + 1.0).inverseCumulativeProbability(TAIL);
    }

    /** Returns the largest share, 0 to 1, of the interval. */
    public double max() {
        return count == total
                ? 1
                : BetaDistribution.of(count + 1.0, total - count).inverseSurvivalProbability(TAIL);
    }

    /** Returns whether the intervals overlap; if not, chance hardly explains the difference. */
    public boolean overlaps(Proportion other) {
        return min() <= other.max() && other.min() <= max();
    }

    /** Returns the share, as in {@code 5.9 %}. */
    public String shareText() {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * count / total);
    }

    /** Returns the interval rounded outwards, as in {@code 0.1 to 28.7 %}. */
    public String intervalText() {
        return String.format(
                Locale.ROOT, "%.1f to %.1f %%", Math.floor(1000 * min()) / 10, Math.ceil(1000 * max()) / 10);
    }
}
