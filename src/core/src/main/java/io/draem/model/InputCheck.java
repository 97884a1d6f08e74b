package io.draem.model;

import io.draem.image.ImageMeasure;
import io.draem.image.ImageMeasures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares exposure, focus and color of an image with the training images of a model: the result for a black, defocused
 * or wrongly exposed frame says nothing about the product.
 *
 * <p>The usual range of a measure is the training images' mean, widened by several standard deviations and at least by
 * a fixed margin, so that few or very uniform training images give no alarms. Contrast and sharpness are compared by
 * ratio, since they scale with the exposure, and have no upper limit: a defect on a plain surface raises both. Defects
 * change the other measures less than the margins allow.
 *
 * @param reasons why the image is unusual; empty for a usual one
 */
public record InputCheck(List<Reason> reasons) {

    /** Standard deviations of brightness and color within the usual range. */
    private static final double DEVIATIONS = 6;

    /** Standard deviations of the logarithm of contrast and sharpness within the usual range. */
    private static final double LOG_DEVIATIONS = 4.5;

    private static final double BRIGHTNESS_MARGIN = 0.15;
    private static final double COLOR_MARGIN = 0.1;

    /** Share of the training images' mean down to which contrast is usual, whatever their spread. */
    private static final double LEAST_CONTRAST = 0.4;

    private static final double LEAST_SHARPNESS = 0.45;

    /** Little more than one step of an 8-bit image: what a covered lens or a saturated sensor leaves. */
    private static final double UNIFORM = 0.005;

    private static final double LARGEST_CONTRAST = 0.5;
    private static final double LARGEST_SHARPNESS = 4;

    /**
     * One way in which an image is unusual.
     *
     * @param kind what is unusual
     * @param measure what shows it
     * @param value of the image
     * @param min least usual value
     * @param max largest usual value
     */
    public record Reason(Kind kind, ImageMeasure measure, double value, double min, double max) {

        /** Returns the reason as text, such as {@code too-dark (brightness 0.021, usual 0.310 to 0.680)}. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%s (%s %.3f, usual %.3f to %.3f)", kind.id(), measure.id(), value, min, max);
        }
    }

    /** Kinds of unusual images. */
    public enum Kind {
        TOO_DARK,
        TOO_BRIGHT,
        /** All pixels have nearly the same value. */
        UNIFORM,
        LOW_CONTRAST,
        /** Out of focus, or motion blur. */
        BLURRED,
        /** Saturation, warmth or tint of other light, another white balance or another product. */
        UNUSUAL_COLOR;

        /** Returns the name that other programs see. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public InputCheck {
        reasons = List.copyOf(reasons);
    }

    /** Returns whether the image looks like the training images. */
    public boolean usual() {
        return reasons.isEmpty();
    }

    /**
     * Checks an image.
     *
     * @param profile the training images; null where unknown, and then only uniform images are unusual
     */
    public static InputCheck of(@Nullable ImageProfile profile, ImageMeasures image) {
        Map<ImageMeasure, ImageProfile.Spread> trained = profile == null ? Map.of() : profile.measures();
        // Few images underestimate their spread; the factor follows the quantiles of Student's t distribution.
        int images = profile == null ? 1 : profile.images();
        double widening = 1 + 40.0 / images / images;
        double margins = images == 1 ? 2 : 1;
        List<Reason> reasons = new ArrayList<>();

        ImageProfile.Spread brightness = trained.get(ImageMeasure.BRIGHTNESS);
        if (brightness != null) {
            double margin = Math.max(DEVIATIONS * widening * brightness.deviation(), margins * BRIGHTNESS_MARGIN);
            double min = Math.max(0, brightness.mean() - margin);
            double max = Math.min(1, brightness.mean() + margin);
            add(reasons, Kind.TOO_DARK, Kind.TOO_BRIGHT, ImageMeasure.BRIGHTNESS, image, min, max);
        }

        ImageProfile.Spread contrast = trained.get(ImageMeasure.CONTRAST);
        double least = contrast == null ? 0 : least(contrast, Math.pow(LEAST_CONTRAST, margins), widening);
        // Half of the usual contrast where the training images are nearly uniform themselves.
        double uniform = contrast == null ? UNIFORM : Math.min(UNIFORM, contrast.mean() / 2);
        boolean flat = image.contrast() < Math.max(least, uniform);
        if (flat) {
            reasons.add(new Reason(
                    image.contrast() < uniform ? Kind.UNIFORM : Kind.LOW_CONTRAST,
                    ImageMeasure.CONTRAST,
                    image.contrast(),
                    Math.max(least, uniform),
                    LARGEST_CONTRAST));
        }

        ImageProfile.Spread sharpness = trained.get(ImageMeasure.SHARPNESS);
        if (sharpness != null && !flat) { // a flat image has no edges, whether it is in focus or not
            double min = least(sharpness, Math.pow(LEAST_SHARPNESS, margins), widening);
            if (image.sharpness() < min) {
                reasons.add(
                        new Reason(Kind.BLURRED, ImageMeasure.SHARPNESS, image.sharpness(), min, LARGEST_SHARPNESS));
            }
        }

        for (ImageMeasure measure : List.of(ImageMeasure.SATURATION, ImageMeasure.WARMTH, ImageMeasure.TINT)) {
            ImageProfile.Spread color = trained.get(measure);
            if (color != null) {
                double margin = Math.max(DEVIATIONS * widening * color.deviation(), margins * COLOR_MARGIN);
                double min = Math.max(measure == ImageMeasure.SATURATION ? 0 : -1, color.mean() - margin);
                double max = Math.min(1, color.mean() + margin);
                add(reasons, Kind.UNUSUAL_COLOR, Kind.UNUSUAL_COLOR, measure, image, min, max);
            }
        }
        return new InputCheck(reasons);
    }

    private static void add(
            List<Reason> reasons,
            Kind below,
            Kind above,
            ImageMeasure measure,
            ImageMeasures image,
            double min,
            double max) {
        double value = image.get(measure);
        if (value < min || value > max) {
            reasons.add(new Reason(value < min ? below : above, measure, value, min, max));
        }
    }

    private static double least(ImageProfile.Spread spread, double share, double widening) {
        return spread.mean() * Math.min(share, Math.exp(-LOG_DEVIATIONS * logDeviation(spread) * widening));
    }

    /** Returns the standard deviation of the logarithm, to first order. */
    private static double logDeviation(ImageProfile.Spread spread) {
        return spread.mean() > 0 ? spread.deviation() / spread.mean() : 0;
    }
}
