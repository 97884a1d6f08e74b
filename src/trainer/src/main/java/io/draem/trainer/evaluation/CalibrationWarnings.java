package io.draem.trainer.evaluation;

import io.draem.score.Calibration;
import io.draem.score.Proportion;
import io.draem.score.ThresholdRule;
import io.draem.text.Counted;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Warnings about thresholds: of too few images, or with other false alarms than in calibration. */
public final class CalibrationWarnings {

    /** Of fewer images the share that a threshold lets through is known to no better than about a tenth. */
    private static final int FEW_IMAGES = 20;

    private CalibrationWarnings() {}

    /** Returns a sentence for each reason not to trust the thresholds, verdicts on other images among them. */
    public static List<String> of(Calibration calibration, Confusion confusion) {
        List<String> warnings = of(calibration);
        ofFalseAlarms(calibration, confusion).ifPresent(warnings::add);
        return warnings;
    }

    /** Returns a sentence if the shares of false alarms in calibration and on other images have intervals that do not overlap. */
    public static Optional<String> ofFalseAlarms(Calibration calibration, Confusion confusion) {
        Proportion expected = calibration.falseAlarms();
        Proportion seen = confusion.falseAlarms();
        return expected == null || seen == null || expected.overlaps(seen)
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%d of %d normal test images %s above the image threshold, and %d of %d in calibration: chance does not explain the"
                                + " difference. Calibrate again on images like those in service",
                        seen.count(),
                        seen.total(),
                        Counted.verb(seen.count(), "is", "are"),
                        expected.count(),
                        expected.total()));
    }

    /** Returns a sentence for each reason not to trust the thresholds; empty where there is none. */
    public static List<String> of(Calibration calibration) {
        List<String> warnings = new ArrayList<>();
        int normal = calibration.normalImages();
        int anomalous = calibration.anomalousImages() + calibration.syntheticImages();
        Double value = calibration.ruleValue();
        if (calibration.rule() == ThresholdRule.QUANTILE && value != null && value * (normal + 1) > normal) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "%s cannot determine their %s quantile: the threshold is at the highest of their scores or just below it,"
                            + " and about one normal image in %d will be above it; hold out more, or use --threshold-quantile %.2f",
                    Counted.of(normal, "normal image"),
                    value,
                    normal + 1,
                    Math.floor(100.0 * normal / (normal + 1)) / 100));
        }
        if (calibration.rule() == ThresholdRule.RECALL && value != null && value * (anomalous + 1) > anomalous) {
            warnings.add(Counted.of(anomalous, "anomalous image") + " cannot determine a recall of " + value
                    + ": the threshold is the lowest of their scores");
        }
        if (normal < FEW_IMAGES && calibration.rule() != ThresholdRule.MANUAL) {
            warnings.add("The threshold comes from " + Counted.of(normal, "normal image")
                    + ": a different selection could change it considerably. Use " + FEW_IMAGES + " or more");
        }
        if (calibration.rule() == ThresholdRule.F1 && anomalous < FEW_IMAGES) {
            warnings.add("The threshold comes from " + Counted.of(anomalous, "anomalous image")
                    + ": a different selection could change it considerably. Use " + FEW_IMAGES + " or more");
        }
        int masked = calibration.maskedImages();
        if (masked < anomalous && calibration.rule() != ThresholdRule.MANUAL) {
            warnings.add(
                    masked == 0
                            ? "No anomalous image has a mask: the pixel threshold is the image threshold"
                            : "The pixel threshold comes from the " + masked + " with a mask of "
                                    + Counted.of(anomalous, "anomalous image"));
        }
        if (calibration.pixelThreshold() > calibration.imageThreshold()) {
            warnings.add("The pixel threshold is above the image threshold: an anomalous image without a pixel above it"
                    + " shows the region of its peak, with the pixel threshold lowered for that image");
        }
        return warnings;
    }
}
