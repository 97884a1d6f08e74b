package io.draem.service.capture;

import io.draem.service.capture.CapturedImage.ModelVerdict;
import io.draem.service.detection.DetectionRequest;
import io.draem.service.detection.PredictionRequest;
import io.draem.service.models.ServedModel;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Selects the images to capture, up to a number per minute for each model and reason: a line on which all is anomalous would
 * otherwise replace all that was captured before. Images of requests with thresholds, a smallest region or a region of interest
 * of their own are left out: their verdict is not the model's.
 */
final class CaptureRules {

    private static final int MOST_PER_MINUTE = 60;
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final Map<String, Window> windows = new HashMap<>();

    private final CaptureProperties properties;

    CaptureRules(CaptureProperties properties) {
        this.properties = properties;
    }

    private static final class Window {

        private final long start;
        private final Map<CaptureReason, Integer> counts = new EnumMap<>(CaptureReason.class);

        Window(long start) {
            this.start = start;
        }
    }

    /**
     * Returns why an image is to be captured; empty where it is not.
     *
     * @param usual whether it looks like the training images
     */
    Set<CaptureReason> reasons(ModelVerdict verdict, boolean usual) {
        Set<CaptureReason> reasons = EnumSet.noneOf(CaptureReason.class);
        if (verdict.anomalous()) {
            reasons.add(CaptureReason.ANOMALOUS);
        }
        if (Math.abs(verdict.normalizedScore() - 0.5) <= properties.nearThreshold()) {
            reasons.add(CaptureReason.NEAR_THRESHOLD);
        }
        if (!usual) {
            reasons.add(CaptureReason.UNUSUAL);
        }
        if (ThreadLocalRandom.current().nextDouble() < properties.randomShare()) {
            reasons.add(CaptureReason.RANDOM);
        }
        reasons.retainAll(properties.reasons());
        return reasons;
    }

    /** Returns whether an image is to be captured on which a candidate has another verdict. */
    boolean capturesDisagreements(DetectionRequest request, ServedModel served) {
        return properties.reasons().contains(CaptureReason.DISAGREEMENT) && takes(request, served);
    }

    /** Returns whether the images of a request may be captured: it leaves all to the model. */
    boolean takes(DetectionRequest request, ServedModel model) {
        return request.threshold() == null
                && request.pixelThreshold() == null
                && request.minRegionArea() == null
                && request.region() == null
                && takes(model);
    }

    /** Returns whether the images of a request may be captured: it leaves all to the model. */
    boolean takes(PredictionRequest request, ServedModel model) {
        return request.region() == null && takes(model);
    }

    private boolean takes(ServedModel model) {
        return !properties.excludedModels().contains(model.name());
    }

    /** Counts an image, and returns those of its reasons that have captures left in this minute. */
    synchronized Set<CaptureReason> take(String model, Set<CaptureReason> reasons, long now) {
        Window window = windows.compute(
                model, (name, known) -> known == null || now - known.start >= MINUTE ? new Window(now) : known);
        Set<CaptureReason> left = EnumSet.noneOf(CaptureReason.class);
        for (CaptureReason reason : reasons) {
            if (window.counts.merge(reason, 1, Integer::sum) <= MOST_PER_MINUTE) {
                left.add(reason);
            }
        }
        return left;
    }
}
