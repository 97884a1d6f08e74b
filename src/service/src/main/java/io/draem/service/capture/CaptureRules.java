package io.draem.service.capture;

import io.draem.score.Verdict;
import io.draem.service.detection.Detection;
import io.draem.service.detection.DetectionRequest;
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

    /** Returns why an image is to be captured; empty where it is not. */
    Set<CaptureReason> reasons(DetectionRequest request, Detection detection) {
        Set<CaptureReason> reasons = EnumSet.noneOf(CaptureReason.class);
        if (!isCaptured(request, detection.model())) {
            return reasons;
        }
        Verdict verdict = detection.verdict();
        if (verdict.anomalous()) {
            reasons.add(CaptureReason.ANOMALOUS);
        }
        if (Math.abs(verdict.normalizedScore() - 0.5) <= properties.nearThreshold()) {
            reasons.add(CaptureReason.NEAR_THRESHOLD);
        }
        if (!detection.input().usual()) {
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
        return properties.reasons().contains(CaptureReason.DISAGREEMENT) && isCaptured(request, served);
    }

    private boolean isCaptured(DetectionRequest request, ServedModel model) {
        return request.threshold() == null
                && request.pixelThreshold() == null
                && request.minRegionArea() == null
                && request.region() == null
                && !properties.excludedModels().contains(model.name());
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
