package io.draem.score;

import java.util.Locale;

/**
 * Share of normal images that a threshold makes anomalous, as seen on some of them.
 *
 * @param above how many were above the threshold
 * @param images how many there were, at least 1
 */
public record FalseAlarmRate(int above, int images) {

    /** 0.975 quantile of the standard normal distribution. */
    private static final double Z = 1.959964;

    public FalseAlarmRate {
        if (images < 1 || above < 0 || above > images) {
            throw new IllegalArgumentException(above + " of " + images + " normal images is no share");
        }
    }

    /** Returns the smallest share, 0 to 1, of the 95 % interval. */
    public double low() {
        return Math.max(0, centre() - halfWidth());
    }

    /** Returns the largest share, 0 to 1, of the 95 % interval. */
    public double high() {
        return Math.min(1, centre() + halfWidth());
    }

    /** Returns whether a share that both sets of images may come from is within both intervals. */
    public boolean agreesWith(FalseAlarmRate other) {
        return low() <= other.high() && other.low() <= high();
    }

    /** Returns the share, as in {@code 5.9 %}. */
    public String share() {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * above / images);
    }

    /** Returns the interval, as in {@code 1.0 to 27.0 %}. */
    public String interval() {
        return String.format(Locale.ROOT, "%.1f to %.1f %%", 100 * low(), 100 * high());
    }

    // Wilson's interval for a share, which holds for few images too: Brown, Cai, DasGupta, Statistical Science 16(2),
    // 2001.

    private double centre() {
        return (above + Z * Z / 2) / (images + Z * Z);
    }

    private double halfWidth() {
        double share = (double) above / images;
        return Z / (images + Z * Z) * Math.sqrt(images * share * (1 - share) + Z * Z / 4);
    }
}
